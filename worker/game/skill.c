/* skill.c - the window of skills: asking for them and spending free points. rules-life-combat-magic.md 6.2, 6.3. */
#include "common/catalog/tables.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

enum { ASSIGNED_MOST = 10 };

static void skills_tell(struct tx *tx, const struct actor *me)
{
	wire_skills(say_begin(tx), me->player);
	say_one(tx, me->index, NOTE_FLAG_ANSWER);
}

enum tx_verdict rule_request_skills(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	skills_tell(tx, me);
	return TX_COMMIT;
}

/* All of the packet or nothing of it. */
enum tx_verdict rule_modify_skills(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	struct player *player = me->player;
	const int32_t *points = packet->MODIFY_SKILLS.points;
	int sum = 0;
	bool good = true;
	for (unsigned s = 0; s < SKILL_COUNT; s++) {
		sum += (int)points[s];
		good = good && player->skills[s] + points[s] <= SKILL_MAX;
	}
	if (!good || sum > player->skill_points) {
		tell_text(tx, me->index, FONT_INFO, TEXT_SKILLS_REFUSED);
		tx_log(tx, LOG_LEVEL_NOTICE, "%s wants to spend %d skill points and has %d, or goes beyond %d; refused",
			   player->name, sum, player->skill_points, SKILL_MAX);
		skills_tell(tx, me);
		return TX_COMMIT;
	}
	for (unsigned s = 0; s < SKILL_COUNT; s++) {
		if (points[s] == 0)
			continue;
		SET(tx, player->skills[s], (uint8_t)(player->skills[s] + points[s]));
		SET(tx, player->skill_experience[s], 0);
	}
	SET(tx, player->skill_points, (int16_t)(player->skill_points - sum));
	SET(tx, player->skills_assigned, (uint8_t)clamp_i64(player->skills_assigned + sum, 0, ASSIGNED_MOST));
	player_changed(tx, player);
	skills_tell(tx, me);
	if (tx->dialect == DIALECT_GODOT) /* it stores the total; classic clients would add it (protocol.md 4.2) */
		TELL(tx, me->index, LEVEL_UP, .skill_points = player->skill_points);
	return TX_COMMIT;
}

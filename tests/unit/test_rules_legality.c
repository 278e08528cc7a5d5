/* Who may attack whom, and what that makes of him: rules-life-combat-magic.md 12. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/alignment.h"
#include "worker/game/legality.h"
#include "worker/game/wire.h"

enum { X = 40, Y = 40 }; /* in the wild */

/* --- asking ------------------------------------------------------------------------------------------------------------ */

enum question {
	MAY_ATTACK,
	MAY_SUPPORT,
	MAY_SUPPORT_GRAVELY,
	ATTACKED,
	KILLED,
	BECOME_CRIMINAL,
	BECOME_CITIZEN,
	MERCY,
	ATTACKABLE_END,
	NOBLE_LOSS
};

struct asked {
	enum question what;
	uint32_t a, b;
	bool answer;
};

static enum tx_verdict ask(struct tx *tx, void *context)
{
	struct asked *asked = context;
	switch (asked->what) {
	case MAY_ATTACK:
		asked->answer = may_attack_player(tx, asked->a, asked->b);
		break;
	case MAY_SUPPORT:
		asked->answer = may_support_player(tx, asked->a, asked->b, false);
		break;
	case MAY_SUPPORT_GRAVELY:
		asked->answer = may_support_player(tx, asked->a, asked->b, true);
		break;
	case ATTACKED:
		player_attacked(tx, asked->a, asked->b);
		break;
	case KILLED:
		kill_counts(tx, asked->a, asked->b);
		break;
	case BECOME_CRIMINAL:
		become_criminal(tx, asked->a);
		break;
	case BECOME_CITIZEN:
		become_citizen(tx, asked->a);
		break;
	case MERCY:
		guard_mercy(tx, asked->a);
		break;
	case ATTACKABLE_END:
		attackable_end(tx, asked->a);
		break;
	case NOBLE_LOSS:
		noble_lose(tx, asked->a, 100, 5000);
		break;
	}
	return TX_COMMIT;
}

static bool does(struct little_world *world, enum question what, uint32_t a, uint32_t b)
{
	struct asked asked = {.what = what, .a = a, .b = b};
	little_world_run(world, body_of(world, a)->map, ask, &asked);
	return asked.answer;
}

static bool may_attack(struct little_world *world, uint32_t a, uint32_t b)
{
	return does(world, MAY_ATTACK, a, b);
}

/* --- people ------------------------------------------------------------------------------------------------------------ */

/* Two in the wild, beside each other; accounts 101 and 102. */
static void two(struct little_world *world, uint32_t *ana, uint32_t *beto)
{
	*ana = ENTER(world, "Ana", .map = LAND_WILD, .x = X, .y = Y);
	*beto = ENTER(world, "Beto", .map = LAND_WILD, .x = X, .y = Y + 1);
	player_of(world, *ana)->id = 101;
	player_of(world, *beto)->id = 102;
}

static void make_criminal(struct little_world *world, uint32_t who)
{
	for (unsigned i = 0; i < REPUTATION_COUNT; i++)
		player_of(world, who)->reputation[i] = 0;
	player_of(world, who)->reputation[REPUTATION_BANDIT] = 1000;
}

static int32_t points(struct little_world *world, uint32_t who, unsigned kind)
{
	return player_of(world, who)->reputation[kind];
}

static bool is_criminal(struct little_world *world, uint32_t who)
{
	return player_is_criminal(player_of(world, who));
}

/* --- 12.4 --------------------------------------------------------------------------------------------------------------- */

struct side {
	bool criminal, royal, chaos, safe_off;
};

static void put_on_side(struct little_world *world, uint32_t who, struct side side)
{
	struct player *player = player_of(world, who);
	if (side.criminal)
		make_criminal(world, who);
	player->royal_army = side.royal;
	player->chaos_legion = side.chaos;
	player->safe_mode = !side.safe_off;
}

static void sides_are_asked_in_order(void **state)
{
	(void)state;
	static const struct {
		struct side attacker, victim;
		enum text_id why; /* TEXT_ID_COUNT = allowed */
	} cases[] = {
		{{0}, {0}, TEXT_ATTACK_SAFE_MODE},
		{{.safe_off = true}, {0}, TEXT_ID_COUNT},
		{{.safe_off = true, .royal = true}, {0}, TEXT_ATTACK_ARMY_CITIZEN},
		{{.safe_off = true, .royal = true}, {.royal = true}, TEXT_ATTACK_ARMY},
		{{.royal = true}, {.royal = true}, TEXT_ATTACK_ARMY},
		{{0}, {.criminal = true}, TEXT_ID_COUNT},
		{{.royal = true}, {.criminal = true}, TEXT_ID_COUNT},
		{{.criminal = true}, {0}, TEXT_ATTACK_SAFE_MODE},
		{{.criminal = true, .safe_off = true}, {0}, TEXT_ID_COUNT},
		{{.criminal = true}, {.criminal = true}, TEXT_ID_COUNT},
		{{.criminal = true, .chaos = true}, {.criminal = true, .chaos = true}, TEXT_ATTACK_CHAOS},
		{{.criminal = true, .chaos = true}, {.criminal = true}, TEXT_ID_COUNT},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct little_world *world = little_world_open(DIALECT_GODOT);
		uint32_t ana, beto;
		two(world, &ana, &beto);
		put_on_side(world, ana, cases[i].attacker);
		put_on_side(world, beto, cases[i].victim);
		assert_int_equal(may_attack(world, ana, beto), cases[i].why == TEXT_ID_COUNT);
		if (cases[i].why != TEXT_ID_COUNT)
			EXPECT_LINE(world, ana, cases[i].why);
		EXPECT_NOTHING_ELSE(world);
		little_world_close(world);
	}
}

static void nobody_attacks_ghosts_staff_himself_or_as_a_ghost(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	player_of(world, ana)->safe_mode = 0;

	assert_false(may_attack(world, ana, ana));
	EXPECT_LINE(world, ana, TEXT_ATTACK_ONESELF);
	player_of(world, beto)->dead = 1;
	assert_false(may_attack(world, ana, beto));
	EXPECT_LINE(world, ana, TEXT_ATTACK_GHOST);
	assert_false(may_attack(world, beto, ana));
	EXPECT_LINE(world, beto, TEXT_DEAD_CANNOT);
	player_of(world, beto)->dead = 0;
	player_of(world, beto)->privileges = PRIVILEGE_GOD;
	assert_false(may_attack(world, ana, beto));
	EXPECT_LINE(world, ana, TEXT_ATTACK_STAFF);
	EXPECT_NOTHING_ELSE(world);
}

static void nobody_fights_in_safe_places(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	player_of(world, ana)->safe_mode = 0;
	assert_false(may_attack(world, ana, beto));
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_PLACE);
	make_criminal(world, beto);
	assert_false(may_attack(world, ana, beto));
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_PLACE);
}

static void nobody_fights_from_a_shelter_or_into_one(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	make_criminal(world, beto);
	stand(world, ana, SHELTER_X, GROUNDS_Y);
	stand(world, beto, SHELTER_X, GROUNDS_Y + 1);
	assert_false(may_attack(world, ana, beto));
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_PLACE);
	assert_false(may_attack(world, beto, ana));
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 1000);
}

static void in_an_arena_everything_goes_and_over_its_border_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	player_of(world, ana)->royal_army = player_of(world, beto)->royal_army = 1;
	stand(world, ana, ARENA_FROM, ARENA_FROM);
	stand(world, beto, ARENA_FROM - 1, ARENA_FROM);
	assert_false(may_attack(world, ana, beto));
	assert_false(may_attack(world, beto, ana));
	EXPECT_NOTHING_ELSE(world); /* silently */
	stand(world, beto, ARENA_FROM, ARENA_FROM + 1);
	assert_true(may_attack(world, ana, beto));
	does(world, ATTACKED, ana, beto);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 1000);
	does(world, BECOME_CRIMINAL, ana, 0);
	assert_false(is_criminal(world, ana));
	does(world, KILLED, ana, beto);
	assert_int_equal(points(world, ana, REPUTATION_ASSASSIN), 0);
	assert_int_equal(player_of(world, ana)->players_killed, 0);
	body_of(world, beto)->flags |= BODY_ADMIN_INVISIBLE;
	assert_false(may_attack(world, ana, beto));
}

/* --- what it makes of him -------------------------------------------------------------------------------------------------- */

static void who_attacks_a_citizen_becomes_a_criminal_and_leaves_the_army(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	player_of(world, ana)->royal_army = 1;
	give(world, ana, 1, THING_ARMY_HELMET, 1);
	wear(world, ana, 1);

	does(world, ATTACKED, ana, beto);
	assert_true(is_criminal(world, ana));
	assert_int_equal(points(world, ana, REPUTATION_BANDIT), 200);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 0);
	assert_int_equal(player_of(world, ana)->royal_army, 0);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_HELMET], 0);
	EXPECT_LINE(world, ana, TEXT_EXPELLED_ARMY);
	EXPECT(world, beto, UPDATE_TAG_AND_STATUS, .char_index = (int32_t)ana, .nick_color = NICK_CRIMINAL,
		   .tag = text_of("Ana"));
	EXPECT(world, ana, UPDATE_TAG_AND_STATUS, .char_index = (int32_t)ana, .nick_color = NICK_CRIMINAL,
		   .tag = text_of("Ana"));
}

static void a_criminal_only_gets_worse_and_hunting_criminals_is_noble(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	make_criminal(world, ana);
	player_of(world, ana)->reputation[REPUTATION_NOBLE] = 5;
	does(world, ATTACKED, ana, beto);
	assert_int_equal(points(world, ana, REPUTATION_BANDIT), 1100);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 2); /* 2.5, to the even */
	does(world, ATTACKED, beto, ana);
	assert_int_equal(points(world, beto, REPUTATION_NOBLE), 1005);
	assert_false(is_criminal(world, beto));
}

static void reputation_stays_within_its_bounds(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	make_criminal(world, beto);
	player_of(world, ana)->reputation[REPUTATION_NOBLE] = 6000000 - 2;
	does(world, ATTACKED, ana, beto);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 6000000);
	does(world, BECOME_CITIZEN, beto, 0);
	assert_false(is_criminal(world, beto));
	assert_int_equal(points(world, beto, REPUTATION_PLEBEIAN), 100);
	does(world, MERCY, beto, 0);
	assert_int_equal(points(world, beto, REPUTATION_THIEF), 0);
	player_of(world, beto)->reputation[REPUTATION_BANDIT] = 40;
	does(world, MERCY, beto, 0);
	assert_int_equal(points(world, beto, REPUTATION_BANDIT), 0);
}

static void a_turned_chaos_member_is_expelled(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	make_criminal(world, ana);
	player_of(world, ana)->chaos_legion = 1;
	player_of(world, ana)->reputation[REPUTATION_BANDIT] = 100;
	does(world, MERCY, ana, 0);
	assert_false(is_criminal(world, ana));
	assert_int_equal(player_of(world, ana)->chaos_legion, 0);
	EXPECT_LINE(world, ana, TEXT_EXPELLED_CHAOS);
}

/* --- 12.6 -------------------------------------------------------------------------------------------------------------------- */

static void who_may_be_attacked_may_be_attacked_by_one_only(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	uint32_t carla = ENTER(world, "Carla", .map = LAND_WILD, .x = X, .y = Y + 2);
	player_of(world, carla)->id = 103;
	player_of(world, beto)->attackable_by = 101;

	assert_true(may_attack(world, ana, beto)); /* her safety is on all the same */
	assert_int_equal(player_of(world, ana)->attackable_by, 102);
	EXPECT(world, carla, UPDATE_TAG_AND_STATUS, .char_index = (int32_t)ana,
		   .nick_color = NICK_CITIZEN | NICK_ATTACKABLE, .tag = text_of("Ana"));
	does(world, ATTACKED, ana, beto);
	assert_false(is_criminal(world, ana));
	assert_int_equal(points(world, ana, REPUTATION_BANDIT), 0);
	does(world, KILLED, ana, beto);
	assert_int_equal(points(world, ana, REPUTATION_ASSASSIN), 0);
	assert_int_equal(player_of(world, ana)->players_killed, 0);

	assert_false(may_attack(world, carla, beto));
	player_of(world, carla)->safe_mode = 0;
	assert_true(may_attack(world, carla, beto));
	does(world, ATTACKED, carla, beto);
	assert_true(is_criminal(world, carla));
}

static void it_ends_with_the_safety_on(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	player_of(world, ana)->attackable_by = 102;
	player_of(world, ana)->safe_mode = 0;
	does(world, ATTACKABLE_END, ana, 0);
	assert_int_equal(player_of(world, ana)->attackable_by, 0);
	assert_int_equal(player_of(world, ana)->safe_mode, 1);
	EXPECT_MULTI(world, ana, SAFE_MODE_ON);
	EXPECT(world, beto, UPDATE_TAG_AND_STATUS, .char_index = (int32_t)ana, .nick_color = NICK_CITIZEN,
		   .tag = text_of("Ana"));
	forget(world);
	does(world, ATTACKABLE_END, ana, 0);
	EXPECT_NOTHING_ELSE(world);
	player_of(world, ana)->attackable_by = 102;
	does(world, BECOME_CRIMINAL, ana, 0);
	assert_int_equal(player_of(world, ana)->attackable_by, 0);
}

static void in_safe_maps_nobody_may_be_attacked_for_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	player_of(world, ana)->id = 101;
	player_of(world, beto)->id = 102;
	player_of(world, beto)->attackable_by = 101;
	player_of(world, ana)->safe_mode = 0;
	assert_false(may_attack(world, ana, beto));
	EXPECT_LINE(world, ana, TEXT_CREATURE_THEFT_SAFE);
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_PLACE);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->attackable_by, 0);
}

static void it_lasts_a_minute_from_the_last_attack(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	world->config.intervals.idle_minutes = 0;
	player_of(world, beto)->attackable_by = 101;
	assert_true(may_attack(world, ana, beto));
	live_ms(world, LAND_WILD, 50000);
	assert_true(may_attack(world, ana, beto)); /* for longer */
	live_ms(world, LAND_WILD, 59000);
	assert_int_equal(player_of(world, ana)->attackable_by, 102);
	live_ms(world, LAND_WILD, 2000);
	assert_int_equal(player_of(world, ana)->attackable_by, 0);
}

/* --- 12.1 for some ----------------------------------------------------------------------------------------------------------- */

static void staff_has_no_side_but_counsellors_have(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	player_of(world, ana)->privileges = PRIVILEGE_GOD;
	player_of(world, beto)->privileges = PRIVILEGE_COUNSELLOR;
	does(world, BECOME_CRIMINAL, ana, 0);
	does(world, BECOME_CRIMINAL, beto, 0);
	assert_false(is_criminal(world, ana));
	assert_true(is_criminal(world, beto));
}

static void nobody_changes_sides_in_an_arena(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	make_criminal(world, beto);
	stand(world, ana, ARENA_FROM, ARENA_FROM);
	stand(world, beto, ARENA_FROM, ARENA_FROM + 1);
	does(world, BECOME_CRIMINAL, ana, 0);
	does(world, NOBLE_LOSS, ana, 0);
	does(world, BECOME_CITIZEN, beto, 0);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 1000);
	assert_int_equal(points(world, ana, REPUTATION_BANDIT), 0);
	assert_true(is_criminal(world, beto));
	EXPECT_NOTHING_ELSE(world);
	stand(world, ana, X, Y);
	does(world, NOBLE_LOSS, ana, 0);
	EXPECT_MULTI(world, ana, NOBILITY_LOST);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 900);
	assert_int_equal(points(world, ana, REPUTATION_BANDIT), 5000);
	assert_true(is_criminal(world, ana));
}

static void a_side_is_the_rounded_average(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	int32_t *reputation = player_of(world, ana)->reputation;
	reputation[REPUTATION_NOBLE] = 0;
	reputation[REPUTATION_ASSASSIN] = 1;
	reputation[REPUTATION_BANDIT] = 2;
	assert_false(is_criminal(world, ana)); /* -0.5, to the even */
	reputation[REPUTATION_THIEF] = 1;
	assert_true(is_criminal(world, ana)); /* -4 of 6 */
	reputation[REPUTATION_BOURGEOIS] = 1;
	assert_false(is_criminal(world, ana));
}

/* --- 12.8 --------------------------------------------------------------------------------------------------------------------- */

static void a_kill_counts_once_an_hour_for_each_victim(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	uint32_t carla = ENTER(world, "Carla", .map = LAND_WILD, .x = X, .y = Y + 2, .criminal = true);
	player_of(world, carla)->id = 103;
	player_of(world, ana)->experience_next = 30000;

	does(world, KILLED, ana, beto);
	EXPECT_MULTI(world, ana, HAVE_KILLED_USER, .victim_char = (int32_t)beto, .exp = 40);
	EXPECT_MULTI(world, beto, USER_KILL, .killer_char = (int32_t)ana);
	assert_int_equal(points(world, ana, REPUTATION_ASSASSIN), 2000);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 0);
	assert_int_equal(player_of(world, ana)->citizens_killed, 1);
	does(world, KILLED, ana, carla);
	does(world, KILLED, ana, beto); /* in turns, so that the last victim is another one */
	does(world, KILLED, ana, carla);
	assert_int_equal(player_of(world, ana)->citizens_killed, 1);
	assert_int_equal(player_of(world, ana)->criminals_killed, 1);
	assert_int_equal(player_of(world, ana)->players_killed, 4);
	forget(world);
	DO(world, ana, REQUEST_MINI_STATS);
	EXPECT(world, ana, MINI_STATS, .citizens_killed = 1, .criminals_killed = 1, .users_killed = 4,
		   .class = CLASS_WARRIOR);
	assert_int_equal(points(world, ana, REPUTATION_NOBLE), 5);
	pass_ms(world, (uint64_t)61 * 60 * 1000);
	does(world, KILLED, ana, beto);
	assert_int_equal(player_of(world, ana)->citizens_killed, 2);
	assert_true(player_of(world, ana)->experience > 0);
}

static void newbies_do_not_count_and_counters_end(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	player_of(world, beto)->level = 12;
	does(world, KILLED, ana, beto);
	assert_int_equal(player_of(world, ana)->players_killed, 0);
	player_of(world, beto)->level = 13;
	player_of(world, ana)->citizens_killed = player_of(world, ana)->players_killed = 65000;
	does(world, KILLED, ana, beto);
	assert_int_equal(player_of(world, ana)->citizens_killed, 65000);
	assert_int_equal(player_of(world, ana)->players_killed, 65000);
}

/* --- 15.8 ---------------------------------------------------------------------------------------------------------------------- */

static void who_may_be_helped(void **state)
{
	(void)state;
	static const struct {
		struct side helper, target;
		bool attackable; /* the target, by somebody else */
		enum text_id why;
		int bandit; /* the helper's points afterwards */
	} cases[] = {
		{{0}, {0}, false, TEXT_ID_COUNT, 0},
		{{0}, {.criminal = true}, false, TEXT_HELP_SAFE_MODE_CRIMINAL, 0},
		{{.safe_off = true}, {.criminal = true}, false, TEXT_ID_COUNT, 10000},
		{{.safe_off = true, .royal = true}, {.criminal = true}, false, TEXT_HELP_ARMY_CRIMINAL, 0},
		{{.criminal = true}, {.criminal = true}, false, TEXT_ID_COUNT, 1000},
		{{.criminal = true}, {0}, false, TEXT_ID_COUNT, 1000},
		{{.criminal = true, .chaos = true}, {0}, false, TEXT_HELP_CHAOS_CITIZEN, 1000},
		{{0}, {0}, true, TEXT_HELP_SAFE_MODE_ATTACKABLE, 0},
		{{.royal = true, .safe_off = true}, {0}, true, TEXT_HELP_ARMY_ATTACKABLE, 0},
		{{.safe_off = true}, {0}, true, TEXT_ID_COUNT, 10000},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct little_world *world = little_world_open(DIALECT_GODOT);
		uint32_t ana, beto;
		two(world, &ana, &beto);
		put_on_side(world, ana, cases[i].helper);
		put_on_side(world, beto, cases[i].target);
		player_of(world, beto)->attackable_by = cases[i].attackable ? 777 : 0;
		assert_int_equal(does(world, MAY_SUPPORT, ana, beto), cases[i].why == TEXT_ID_COUNT);
		if (cases[i].why != TEXT_ID_COUNT)
			EXPECT_LINE(world, ana, cases[i].why);
		assert_int_equal(points(world, ana, REPUTATION_BANDIT), cases[i].bandit);
		little_world_close(world);
	}
}

static void helping_a_criminal_gravely_makes_one(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	make_criminal(world, beto);
	player_of(world, ana)->safe_mode = 0;
	assert_true(does(world, MAY_SUPPORT_GRAVELY, ana, beto));
	assert_true(is_criminal(world, ana));
	assert_int_equal(points(world, ana, REPUTATION_BANDIT), 100);
	assert_true(does(world, MAY_SUPPORT, ana, ana));
}

/* --- the countdown -------------------------------------------------------------------------------------------------------------- */

static void an_attack_ends_the_victims_countdown_and_prolongs_a_lost_ones(void **state)
{
	struct little_world *world = *state;
	uint32_t ana, beto;
	two(world, &ana, &beto);
	DO(world, beto, QUIT);
	assert_int_not_equal(player_of(world, beto)->logout_due_ms, 0);
	does(world, ATTACKED, ana, beto);
	assert_int_equal(player_of(world, beto)->logout_due_ms, 0);
	player_of(world, beto)->state = PLAYER_LINGERING;
	player_of(world, beto)->logout_due_ms = world->tx.now_ms + 1;
	does(world, ATTACKED, ana, beto);
	assert_true(player_of(world, beto)->logout_due_ms > world->tx.now_ms + 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sides_are_asked_in_order),
		WORLD_TEST(nobody_attacks_ghosts_staff_himself_or_as_a_ghost),
		WORLD_TEST(nobody_fights_in_safe_places),
		WORLD_TEST(nobody_fights_from_a_shelter_or_into_one),
		WORLD_TEST(in_an_arena_everything_goes_and_over_its_border_nothing),
		WORLD_TEST(who_attacks_a_citizen_becomes_a_criminal_and_leaves_the_army),
		WORLD_TEST(a_criminal_only_gets_worse_and_hunting_criminals_is_noble),
		WORLD_TEST(reputation_stays_within_its_bounds),
		WORLD_TEST(a_turned_chaos_member_is_expelled),
		WORLD_TEST(who_may_be_attacked_may_be_attacked_by_one_only),
		WORLD_TEST(it_ends_with_the_safety_on),
		WORLD_TEST(in_safe_maps_nobody_may_be_attacked_for_it),
		WORLD_TEST(it_lasts_a_minute_from_the_last_attack),
		WORLD_TEST(staff_has_no_side_but_counsellors_have),
		WORLD_TEST(nobody_changes_sides_in_an_arena),
		WORLD_TEST(a_side_is_the_rounded_average),
		WORLD_TEST(a_kill_counts_once_an_hour_for_each_victim),
		WORLD_TEST(newbies_do_not_count_and_counters_end),
		cmocka_unit_test(who_may_be_helped),
		WORLD_TEST(helping_a_criminal_gravely_makes_one),
		WORLD_TEST(an_attack_ends_the_victims_countdown_and_prolongs_a_lost_ones),
	};
	return cmocka_run_group_tests_name("rules_legality", tests, NULL, NULL);
}

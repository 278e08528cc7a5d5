/* Players and creatures: who may strike which, whose it is, and the blow. rules-life-combat-magic.md 12.7, 13.6. */
#include "tests/unit/test_deeds.h"
#include "worker/game/fight.h"
#include "worker/game/legality.h"
#include "worker/game/wire.h"

static uint32_t ana, beto;

/* Two in the wild, near the creatures there; accounts 101 and 102. */
static void two_hunters(struct little_world *world)
{
	ana = ENTER(world, "Ana", .map = LAND_WILD, .x = GUARD_X, .y = WILD_BEASTS_Y - 3);
	beto = ENTER(world, "Beto", .map = LAND_WILD, .x = GOBLIN_X, .y = WILD_BEASTS_Y - 3);
	player_of(world, ana)->id = 101;
	player_of(world, beto)->id = 102;
	player_of(world, ana)->experience_next = player_of(world, beto)->experience_next = 90000000;
}

struct asked {
	uint32_t player, creature;
	enum creature_attack how;
	bool answer;
};

static enum tx_verdict ask(struct tx *tx, void *context)
{
	struct asked *asked = context;
	asked->answer = may_attack_creature(tx, asked->player, asked->creature, asked->how);
	return TX_COMMIT;
}

static bool may(struct little_world *world, uint32_t player, uint32_t creature, enum creature_attack how)
{
	struct asked asked = {.player = player, .creature = creature, .how = how};
	little_world_run(world, body_of(world, player)->map, ask, &asked);
	return asked.answer;
}

static bool may_strike(struct little_world *world, uint32_t player, uint32_t creature)
{
	return may(world, player, creature, ATTACK_STRIKES);
}

static struct creature *creature_in(struct little_world *world, uint32_t body)
{
	return creature_of(&world->world, body);
}

static bool owns(struct little_world *world, uint32_t player, uint32_t creature)
{
	return creature_in(world, creature)->owner.index == player && player_of(world, player)->owned.index == creature;
}

static void make_criminal(struct little_world *world, uint32_t who)
{
	player_of(world, who)->reputation[REPUTATION_NOBLE] = 0;
	player_of(world, who)->reputation[REPUTATION_BANDIT] = 1000;
}

/* --- which may be attacked ----------------------------------------------------------------------------------------------- */

static void guards_may_be_attacked_at_a_price(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t guard = beast_of(world, BEAST_GUARD);
	assert_false(may_strike(world, ana, guard));
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_MODE_GUARD);
	player_of(world, ana)->safe_mode = 0;
	player_of(world, ana)->royal_army = 1;
	assert_false(may_strike(world, ana, guard));
	EXPECT_LINE(world, ana, TEXT_ATTACK_ROYAL_GUARD);
	player_of(world, ana)->royal_army = 0;
	assert_true(may_strike(world, ana, guard));
	EXPECT_LINE(world, ana, TEXT_ATTACKED_ROYAL_GUARD);
	assert_true(player_is_criminal(player_of(world, ana)));
}

static void peaceful_creatures_make_bandits(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t bear = beast_of(world, BEAST_BEAR);
	creature_in(world, bear)->hostile = 0;
	assert_false(may_strike(world, ana, bear));
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_MODE_PEACEFUL);
	player_of(world, ana)->safe_mode = 0;
	assert_true(may_strike(world, ana, bear));
	EXPECT_MULTI(world, ana, NOBILITY_LOST);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_BANDIT], 1000);
	assert_int_equal(creature_in(world, bear)->owner.index, 0);
}

static void who_belongs_to_a_side_spares_its_own(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t bear = beast_of(world, BEAST_BEAR), guard = beast_call(world, BEAST_CHAOS_GUARD, LAND_WILD, 60, 60);
	creature_in(world, bear)->hostile = creature_in(world, guard)->hostile = 0;
	player_of(world, ana)->royal_army = 1;
	player_of(world, ana)->safe_mode = 0;
	assert_false(may_strike(world, ana, bear));
	EXPECT_LINE(world, ana, TEXT_ATTACK_ARMY_PEACEFUL);
	EXPECT_NOTHING_ELSE(world);
	make_criminal(world, beto);
	assert_true(may_strike(world, beto, bear)); /* criminals hunt what they like */
	assert_int_equal(player_of(world, beto)->reputation[REPUTATION_BANDIT], 1000);
	stand(world, ana, 60, 62);
	assert_true(may_strike(world, ana, guard));
	player_of(world, beto)->chaos_legion = 1;
	stand(world, beto, 61, 62);
	assert_false(may_strike(world, beto, guard));
	EXPECT_LINE(world, beto, TEXT_ATTACK_CHAOS_GUARD);
}

struct side {
	bool criminal, member, safe_off;
};

static void put_on_side(struct little_world *world, uint32_t who, struct side side)
{
	struct player *player = player_of(world, who);
	if (side.criminal)
		make_criminal(world, who);
	player->royal_army = side.member && !side.criminal;
	player->chaos_legion = side.member && side.criminal;
	player->safe_mode = !side.safe_off;
}

/* 12.7 no. 3 */
static void whose_pet_it_is_is_asked(void **state)
{
	(void)state;
	enum { WILD_PET_X = 60, WILD_PET_Y = 60 };
	static const struct {
		struct side owner, attacker;
		bool attackable; /* the owner, by the attacker */
		enum text_id why;
		bool allowed, turns_criminal;
	} cases[] = {
		{{0}, {0}, false, TEXT_ATTACK_SAFE_MODE_PET, false, false},
		{{0}, {.safe_off = true}, false, TEXT_ATTACKED_PET, true, true},
		{{0}, {.member = true, .safe_off = true}, false, TEXT_ATTACK_ARMY_PET, false, false},
		{{0}, {.member = true}, false, TEXT_ATTACK_ARMY_PET, false, false},
		{{0}, {0}, true, TEXT_ID_COUNT, true, false},
		{{0}, {.criminal = true}, false, TEXT_ATTACK_SAFE_MODE_PET, false, false},
		{{0}, {.criminal = true, .safe_off = true}, false, TEXT_ID_COUNT, true, false},
		{{.criminal = true}, {0}, false, TEXT_ID_COUNT, true, false},
		{{.criminal = true}, {.criminal = true}, false, TEXT_ID_COUNT, true, false},
		{{.criminal = true, .member = true},
		 {.criminal = true, .member = true},
		 false,
		 TEXT_ATTACK_CHAOS_PET,
		 false,
		 false},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct little_world *world = little_world_open(DIALECT_GODOT);
		two_hunters(world);
		stand(world, ana, WILD_PET_X, WILD_PET_Y + 2);
		struct deed summoned =
			done(world, LAND_WILD, run_summon,
				 (struct deed){
					 .other = beto, .number = BEAST_WOLF, .at = {.map = LAND_WILD, .x = WILD_PET_X, .y = WILD_PET_Y}});
		assert_int_not_equal(summoned.result, 0);
		put_on_side(world, beto, cases[i].owner);
		put_on_side(world, ana, cases[i].attacker);
		player_of(world, beto)->attackable_by = cases[i].attackable ? 101 : 0;
		forget(world);
		bool was_criminal = cases[i].attacker.criminal;
		assert_int_equal(may_strike(world, ana, summoned.result), cases[i].allowed);
		if (cases[i].why != TEXT_ID_COUNT)
			EXPECT_LINE(world, ana, cases[i].why);
		assert_int_equal(player_is_criminal(player_of(world, ana)), was_criminal || cases[i].turns_criminal);
		assert_int_equal(player_of(world, ana)->attackable_by, cases[i].attackable ? 102 : 0);
		assert_int_equal(creature_in(world, summoned.result)->owner.index, 0); /* pets are nobody's prey */
		little_world_close(world);
	}
}

/* 15.8: healing what another fights. */
static enum tx_verdict ask_support(struct tx *tx, void *context)
{
	struct asked *asked = context;
	asked->answer = may_support_creature(tx, asked->player, asked->creature);
	return TX_COMMIT;
}

static bool may_heal(struct little_world *world, uint32_t player, uint32_t creature)
{
	struct asked asked = {.player = player, .creature = creature};
	little_world_run(world, LAND_WILD, ask_support, &asked);
	return asked.answer;
}

static void who_heals_anothers_prey_may_be_attacked_for_it(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t goblin = beast_of(world, BEAST_GOBLIN);
	assert_true(may_heal(world, beto, goblin)); /* nobody's */
	assert_true(may_strike(world, ana, goblin));
	assert_true(may_heal(world, ana, goblin));
	assert_false(may_heal(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_HELP_SAFE_MODE_CREATURE);
	player_of(world, ana)->royal_army = player_of(world, beto)->royal_army = 1;
	assert_false(may_heal(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_HELP_ARMY_CREATURE);
	player_of(world, beto)->royal_army = 0;
	player_of(world, beto)->safe_mode = 0;
	assert_true(may_heal(world, beto, goblin));
	assert_int_equal(player_of(world, beto)->attackable_by, 101);
	make_criminal(world, ana);
	make_criminal(world, beto);
	player_of(world, ana)->chaos_legion = player_of(world, beto)->chaos_legion = 1;
	assert_false(may_heal(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_HELP_CHAOS_CREATURE);
}

/* 12.2: the points for attacking an animal make a citizen of who was hardly a criminal, and all is forgiven. */
static void a_criminal_becomes_a_citizen_by_hunting(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t bear = beast_of(world, BEAST_BEAR);
	make_criminal(world, ana);
	int32_t *reputation = player_of(world, ana)->reputation;
	reputation[REPUTATION_BANDIT] = 1000;
	reputation[REPUTATION_BOURGEOIS] = 996 - 1;
	player_of(world, ana)->chaos_legion = 1;
	assert_true(player_is_criminal(player_of(world, ana)));
	done(world, LAND_WILD, run_attacked, (struct deed){.body = bear, .other = ana});
	assert_false(player_is_criminal(player_of(world, ana)));
	assert_int_equal(reputation[REPUTATION_BANDIT], 0);
	assert_int_equal(reputation[REPUTATION_PLEBEIAN], 102); /* 2.5 to the even, and the 100 of a new citizen */
	assert_int_equal(reputation[REPUTATION_BOURGEOIS], 995);
	assert_int_equal(player_of(world, ana)->chaos_legion, 0);
	done(world, LAND_WILD, run_attacked, (struct deed){.body = bear, .other = ana});
	assert_int_equal(reputation[REPUTATION_PLEBEIAN], 104); /* 104.5: who was one already gets no more */
}

static void some_creatures_are_not_for_fighting(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t trainer = beast_of(world, BEAST_TRAINER), goblin = beast_of(world, BEAST_GOBLIN);
	assert_false(may_strike(world, ana, trainer));
	EXPECT_LINE(world, ana, TEXT_ATTACK_NOT_CREATURE);
	player_of(world, ana)->privileges = PRIVILEGE_COUNSELLOR;
	assert_false(may_strike(world, ana, goblin));
	EXPECT_NOTHING_ELSE(world);
	player_of(world, ana)->privileges = PRIVILEGE_USER;
	player_of(world, ana)->dead = 1;
	assert_false(may_strike(world, ana, goblin));
	player_of(world, ana)->dead = 0;
	stand(world, ana, GOBLIN_X, WILD_BEASTS_Y - 18);
	assert_false(may_strike(world, ana, goblin));
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	stand(world, ana, GOBLIN_X, WILD_BEASTS_Y - 17);
	assert_true(may_strike(world, ana, goblin));
}

/* --- whose it is ------------------------------------------------------------------------------------------------------------ */

static void a_creature_belongs_to_who_fights_it(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t goblin = beast_of(world, BEAST_GOBLIN), bear = beast_of(world, BEAST_BEAR);
	assert_true(may_strike(world, ana, goblin));
	assert_true(owns(world, ana, goblin));
	assert_false(may_strike(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_ATTACK_SAFE_MODE_CREATURE);
	pass_ms(world, 17000);
	assert_true(may_strike(world, ana, goblin)); /* for longer */
	pass_ms(world, 17000);
	assert_false(may_strike(world, beto, goblin));
	assert_true(may_strike(world, ana, bear)); /* one at a time */
	assert_true(owns(world, ana, bear));
	assert_int_equal(creature_in(world, goblin)->owner.index, 0);
	assert_true(may_strike(world, beto, goblin));
	pass_ms(world, 18000);
	assert_true(may_strike(world, beto, bear)); /* she has forgotten it */
	assert_true(owns(world, beto, bear));
	assert_int_equal(player_of(world, ana)->owned.index, 0);
}

static void who_takes_anothers_creature_may_be_attacked_for_it(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t carla = ENTER(world, "Carla", .map = LAND_WILD, .x = BEAR_X, .y = WILD_BEASTS_Y - 3);
	player_of(world, carla)->id = 103;
	uint32_t goblin = beast_of(world, BEAST_GOBLIN), bear = beast_of(world, BEAST_BEAR);
	assert_true(may_strike(world, ana, goblin));
	assert_true(may_strike(world, carla, bear));
	player_of(world, beto)->safe_mode = 0;
	assert_true(may_strike(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_ATTACKED_CREATURE);
	EXPECT(world, ana, UPDATE_TAG_AND_STATUS, .char_index = (int32_t)beto, .nick_color = NICK_CITIZEN | NICK_ATTACKABLE,
		   .tag = text_of("Beto"));
	assert_int_equal(player_of(world, beto)->attackable_by, 101);
	assert_true(owns(world, ana, goblin));
	assert_true(may_strike(world, beto, goblin));
	assert_false(may_strike(world, beto, bear)); /* not a second one's */
	EXPECT_LINE(world, beto, TEXT_CREATURE_THEFT_AGAIN);
	player_of(world, ana)->royal_army = player_of(world, beto)->royal_army = 1;
	assert_false(may_strike(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_ATTACK_ARMY_CREATURE);
}

static void criminals_own_nothing_and_take_without_being_marked(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t goblin = beast_of(world, BEAST_GOBLIN);
	make_criminal(world, beto);
	assert_true(may_strike(world, beto, goblin));
	assert_int_equal(creature_in(world, goblin)->owner.index, 0);
	assert_true(may_strike(world, ana, goblin));
	assert_true(owns(world, ana, goblin));
	assert_false(may_strike(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_ATTACK_SAFE_MODE_CREATURE);
	player_of(world, beto)->safe_mode = 0;
	assert_true(may_strike(world, beto, goblin));
	assert_int_equal(player_of(world, beto)->attackable_by, 0);
	player_of(world, beto)->chaos_legion = 1;
	make_criminal(world, ana);
	player_of(world, ana)->chaos_legion = 1;
	assert_false(may_strike(world, beto, goblin));
	EXPECT_LINE(world, beto, TEXT_ATTACK_CHAOS_CREATURE);
}

static void whoever_paralyses_first_takes_nothing(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t goblin = beast_of(world, BEAST_GOBLIN), bear = beast_of(world, BEAST_BEAR);
	assert_true(may(world, ana, goblin, ATTACK_PARALYSES));
	assert_true(owns(world, ana, goblin)); /* she had none */
	assert_true(may(world, ana, bear, ATTACK_PARALYSES));
	assert_true(owns(world, ana, goblin));
	assert_int_equal(creature_in(world, bear)->owner.index, 0);
	pass_ms(world, 18000); /* she let hers go: now she has none */
	assert_true(may(world, ana, bear, ATTACK_PARALYSES));
	assert_true(owns(world, ana, bear));
	assert_true(may_strike(world, ana, goblin));
	assert_true(may(world, beto, goblin, ATTACK_PARALYSES)); /* it still moves: anybody may */
	body_of(world, goblin)->flags |= BODY_PARALYSED;
	assert_false(may(world, beto, goblin, ATTACK_PARALYSES));
	EXPECT_LINE(world, beto, TEXT_ATTACK_SAFE_MODE_CREATURE);
	assert_true(may(world, beto, bear, ATTACK_BY_PET));
	assert_int_equal(creature_in(world, bear)->owner.index, 0);
}

static void nothing_is_owned_in_safe_places(void **state)
{
	struct little_world *world = *state;
	ana = ENTER(world, "Ana", .x = WOLF_X, .y = BEASTS_Y + 1);
	uint32_t wolf = beast_of(world, BEAST_WOLF);
	assert_true(may_strike(world, ana, wolf));
	assert_int_equal(creature_in(world, wolf)->owner.index, 0);
	assert_false(may(world, ana, wolf, ATTACK_BY_PET));
	creature_in(world, wolf)->master = player_handle(&world->world, ENTER(world, "Cora"));
	assert_false(may_strike(world, ana, wolf)); /* nor are pets hurt there */
	EXPECT_LINE(world, ana, TEXT_ATTACK_PET_SAFE);
}

static void sharing(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t goblin = beast_of(world, BEAST_GOBLIN);
	DO(world, ana, SHARE_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING_NOBODY);
	DO(world, ana, LEFT_CLICK, .x = GOBLIN_X, .y = WILD_BEASTS_Y - 3);
	forget(world);
	DO(world, ana, SHARE_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING, "Beto");
	EXPECT_LINE(world, beto, TEXT_SHARED, "Ana");
	EXPECT_NOTHING_ELSE(world);
	assert_true(may_strike(world, ana, goblin));
	assert_true(may_strike(world, beto, goblin));
	assert_true(owns(world, ana, goblin));
	DO(world, ana, STOP_SHARING_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING_STOPPED, "Beto");
	EXPECT_LINE(world, beto, TEXT_SHARED_STOPPED, "Ana");
	assert_false(may_strike(world, beto, goblin));
	make_criminal(world, beto);
	forget(world);
	DO(world, ana, SHARE_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING_CRIMINAL);
	DO(world, ana, STOP_SHARING_NPC);
	EXPECT_NOTHING_ELSE(world);
	make_criminal(world, ana);
	DO(world, ana, SHARE_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING_FACTION); /* criminals have no friends but in the legion */
	player_of(world, beto)->privileges = PRIVILEGE_COUNSELLOR;
	DO(world, ana, SHARE_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING_STAFF);
	player_of(world, beto)->privileges = PRIVILEGE_USER;
	player_of(world, ana)->chaos_legion = player_of(world, beto)->chaos_legion = 1;
	DO(world, ana, SHARE_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING, "Beto");
	stand(world, beto, WILD_X, WILD_Y);
	DO(world, beto, WALK, .heading = HEADING_EAST); /* to another map */
	forget(world);
	DO(world, ana, STOP_SHARING_NPC);
	EXPECT_LINE(world, ana, TEXT_SHARING_STOPPED_ALL);
	EXPECT_NOTHING_ELSE(world);
}

/* --- the blow --------------------------------------------------------------------------------------------------------------- */

static void strike(struct little_world *world)
{
	player_of(world, ana)->stamina = 100;
	pass_ms(world, 2000);
	forget(world);
	DO(world, ana, ATTACK);
}

static void beside(struct little_world *world, uint32_t creature)
{
	stand(world, ana, body_of(world, creature)->x, body_of(world, creature)->y + 1u);
	body_of(world, ana)->heading = HEADING_NORTH;
}

/* The damage told; -1 = he missed. */
static int damage_told(struct little_world *world)
{
	const struct s2c_packet *packet;
	while ((packet = next_told(world, ana)) != NULL) {
		if (packet->id == S2C_MULTI_MESSAGE && packet->sub == MULTI_USER_HIT_NPC)
			return (int)packet->multi.USER_HIT_NPC.damage;
	}
	return -1;
}

static void a_hunt(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t bear = beast_of(world, BEAST_BEAR);
	beside(world, bear);
	player_of(world, ana)->hit_min = player_of(world, ana)->hit_max = 1;
	int experience = player_of(world, ana)->experience, hp = body_of(world, bear)->hp;
	bool hit = false;
	for (int i = 0; i < 200 && player_of(world, ana)->creatures_killed == 0; i++) {
		strike(world);
		assert_in_range(player_of(world, ana)->stamina, 90, 99);
		int damage = damage_told(world);
		hit |= damage > 0;
		if (player_of(world, ana)->creatures_killed == 0) {
			assert_int_equal(body_of(world, bear)->hp, hp - (damage > 0 ? damage : 0));
			hp = body_of(world, bear)->hp;
			if (damage > 0)
				assert_true(player_of(world, ana)->experience > experience);
			experience = player_of(world, ana)->experience;
		}
	}
	assert_true(hit);
	assert_int_equal(player_of(world, ana)->creatures_killed, 1);
	assert_true(player_of(world, ana)->experience >= 45); /* all that it gives */
	assert_int_equal(player_of(world, ana)->owned.index, 0);
	EXPECT_SOUND(world);
}

static void the_dragon_sword_kills_one_dragon(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t dragon = beast_call(world, BEAST_DRAGON, LAND_WILD, 60, 60);
	give(world, ana, 1, THING_DRAGON_SWORD, 1);
	wear(world, ana, 1);
	uint32_t bear = beast_of(world, BEAST_BEAR);
	beside(world, bear);
	player_of(world, ana)->attributes_now[ATTRIBUTE_STRENGTH - 1] = 15;
	for (int i = 0; i < 20 && body_of(world, bear)->hp > 15; i++) {
		strike(world);
		int damage = damage_told(world);
		assert_true(damage <= 13); /* 3 points and no more, times the class's modifier */
	}
	beside(world, dragon);
	for (int i = 0; i < 50 && player_of(world, ana)->inventory[0].item != 0; i++)
		strike(world);
	assert_int_equal(damage_told(world), 5000);
	assert_int_equal(player_of(world, ana)->inventory[0].item, 0);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], 0);
	assert_int_equal(player_of(world, ana)->creatures_killed, 1);
	EXPECT_SOUND(world);
}

static void arrows_fly_at_creatures_and_not_at_priests(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t trainer = beast_of(world, BEAST_TRAINER), goblin = beast_of(world, BEAST_GOBLIN);
	give(world, ana, 1, THING_BOW, 1);
	wear(world, ana, 1);
	give(world, ana, 2, THING_ARROWS, 50);
	wear(world, ana, 2);
	stand(world, ana, GOBLIN_X, WILD_BEASTS_Y - 2);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = GOBLIN_X, .y = WILD_BEASTS_Y, .skill = SKILL_RANGED);
	assert_int_equal(player_of(world, ana)->inventory[1].amount, 49);
	assert_in_range(player_of(world, ana)->stamina, 80, 98); /* it costs twice */
	assert_true(owns(world, ana, goblin) || player_of(world, ana)->creatures_killed == 1);
	int hp = body_of(world, trainer)->hp;
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = TRAINER_X, .y = WILD_BEASTS_Y, .skill = SKILL_RANGED);
	assert_int_equal(player_of(world, ana)->inventory[1].amount, 48); /* lost all the same */
	assert_int_equal(body_of(world, trainer)->hp, hp);
}

static void a_creature_is_let_go_by_who_travels(void **state)
{
	struct little_world *world = *state;
	two_hunters(world);
	uint32_t goblin = beast_of(world, BEAST_GOBLIN);
	assert_true(may_strike(world, ana, goblin));
	stand(world, ana, WILD_X, WILD_Y);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	assert_int_equal(body_of(world, ana)->map, LAND_MEADOW);
	assert_int_equal(player_of(world, ana)->owned.index, 0);
	assert_int_equal(creature_in(world, goblin)->owner.index, 0);
}

/* --- what a blow does besides --------------------------------------------------------------------------------------------- */

/* An evil one with a thousand lives and a voice, before Ana; her blows are without dice. */
static uint32_t prey(struct little_world *world, enum beast beast)
{
	two_hunters(world);
	uint32_t it = beast_call(world, beast, LAND_WILD, 60, 60);
	beside(world, it);
	player_of(world, ana)->hit_min = player_of(world, ana)->hit_max = 10;
	player_of(world, ana)->attributes_now[ATTRIBUTE_STRENGTH - 1] = 15;
	forget(world);
	return it;
}

static void hold(struct little_world *world, unsigned slot, enum thing thing)
{
	give(world, ana, slot, thing, 1000);
	wear(world, ana, slot);
}

static int strike_until_it_hits(struct little_world *world)
{
	for (int i = 0; i < 200; i++) {
		strike(world);
		int damage = damage_told(world);
		if (damage >= 0)
			return damage;
	}
	fail_msg("no blow of 200 hits");
	return 0;
}

static void what_a_hunter_is_told(void **state)
{
	struct little_world *world = *state;
	uint32_t hunter = prey(world, BEAST_HUNTER);
	player_of(world, ana)->skills_assigned = 10;
	player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 100; /* nothing to learn from it */
	bool hit = false, missed = false;
	for (int i = 0; i < 100 && !(hit && missed); i++) {
		int hp = body_of(world, hunter)->hp = 1000;
		creature_in(world, hunter)->experience = 50;
		strike(world);
		int by = hp - body_of(world, hunter)->hp;
		EXPECT_ANY(world, ana, UPDATE_STA);
		EXPECT_ANY(world, ana, UPDATE_USER_STATS);
		if (by > 0) {
			EXPECT(world, ana, PLAY_WAVE, .wave = 91, .x = 60, .y = 60);
			EXPECT_MULTI(world, ana, USER_HIT_NPC, .damage = by);
			EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, hit_experience(by, hp, 1000, 50, 50));
			EXPECT_ANY(world, ana, UPDATE_USER_STATS); /* what she earned */
		} else {
			EXPECT(world, ana, PLAY_WAVE, .wave = 2, .x = 60, .y = 61);
			EXPECT_MULTI(world, ana, USER_SWING);
		}
		EXPECT_NOTHING(world, ana);
		hit |= by > 0;
		missed |= by == 0;
	}
	assert_true(hit && missed);
}

static void one_without_a_voice_is_heard_when_it_is_hit(void **state)
{
	struct little_world *world = *state;
	prey(world, BEAST_WANDERER);
	make_criminal(world, ana); /* it is peaceful */
	for (int i = 0; i < 100; i++) {
		strike(world);
		const struct s2c_packet *packet;
		int32_t wave = 0;
		bool hit = false;
		while ((packet = next_told(world, ana)) != NULL) {
			wave = packet->id == S2C_PLAY_WAVE ? packet->PLAY_WAVE.wave : wave;
			hit |= packet->id == S2C_MULTI_MESSAGE && packet->sub == MULTI_USER_HIT_NPC;
		}
		assert_int_equal(wave, hit ? 12 : 2);
		if (hit)
			return;
	}
	fail_msg("no blow of 100 hits");
}

/* A hide of 100 keeps off the blow, but not an assassin's dagger; it counts nothing for others (13.12). */
static void an_assassin_does_not_feel_the_hide(void **state)
{
	struct little_world *world = *state;
	uint32_t dragon = prey(world, BEAST_DRAGON);
	player_of(world, ana)->skills[SKILL_STABBING - 1] = 100;
	hold(world, 1, THING_DAGGER);
	for (unsigned assassin = 0; assassin <= 1; assassin++) {
		player_of(world, ana)->class_id = assassin ? CLASS_ASSASSIN : CLASS_CLERIC;
		struct arms arms = player_arms(&world->tx, player_of(world, ana));
		struct damage_terms terms =
			damage_terms(&arms, catalog_class(world->catalog, player_of(world, ana)->class_id), 15, 10, 10);
		int base = damage_of(&terms, 3, 10), stabs = 0;
		assert_in_range(base, 1, 99);
		for (int i = 0; i < 100; i++) {
			int hp = body_of(world, dragon)->hp = 5000;
			assert_int_equal(strike_until_it_hits(world), 0);
			int by = hp - body_of(world, dragon)->hp;
			assert_true(by == 0 || (assassin && by == 2 * base));
			stabs += by > 0;
		}
		assert_int_equal(stabs > 0, assassin);
	}
}

/* The blow pays before its damage is done, the stab after its own (16.6): what is beyond the life that is left pays nothing. */
static void a_stab_pays_for_what_it_finds(void **state)
{
	struct little_world *world = *state;
	uint32_t hunter = prey(world, BEAST_HUNTER);
	struct player *me = player_of(world, ana);
	me->class_id = CLASS_ASSASSIN;
	me->skills[SKILL_STABBING - 1] = 100;
	hold(world, 1, THING_DAGGER);
	unsigned stabs = 0;
	for (int i = 0; i < 100; i++) {
		int hp = body_of(world, hunter)->hp = 1000, before = me->experience;
		creature_in(world, hunter)->experience = 50;
		int damage = strike_until_it_hits(world), extra = hp - body_of(world, hunter)->hp - damage;
		int paid = hit_experience(damage, hp, 1000, 50, 50);
		int more = hit_experience(extra, hp - damage - extra, 1000, 50, 50 - paid);
		assert_int_equal(me->experience - before, paid + more);
		assert_true(extra == 0 || extra == 2 * damage);
		stabs += extra > 0;
	}
	assert_true(stabs > 0);
}

static void bandits_and_pirates_do_so_to_creatures_too(void **state)
{
	struct little_world *world = *state;
	uint32_t hunter = prey(world, BEAST_HUNTER);
	struct player *me = player_of(world, ana);
	me->class_id = CLASS_BANDIT;
	me->skills[SKILL_WRESTLING - 1] = 100;
	hold(world, 1, THING_VIKING_SWORD);
	unsigned criticals = 0;
	for (int i = 0; i < 60; i++) {
		int hp = body_of(world, hunter)->hp = 1000;
		int damage = strike_until_it_hits(world), extra = hp - body_of(world, hunter)->hp - damage;
		assert_true(extra == 0 || extra == damage * 3 / 4);
		criticals += extra > 0;
	}
	assert_true(criticals > 0);
	me->class_id = CLASS_PIRATE;
	world->config.rules.knife_percent = 100;
	hold(world, 2, THING_KNIFE);
	for (int i = 0; i < 100; i++) {
		int hp = body_of(world, hunter)->hp = 1000;
		me->stamina = 100;
		pass_ms(world, 2000);
		forget(world);
		DO(world, ana, WORK_LEFT_CLICK, .x = 60, .y = 59, .skill = SKILL_RANGED); /* its head */
		int damage = damage_told(world);
		if (damage < 0)
			continue;
		assert_int_equal(hp - body_of(world, hunter)->hp, damage + damage / 5);
		EXPECT_LINE(world, ana, TEXT_SLASHED_CREATURE, damage / 5);
		return;
	}
	fail_msg("no knife of 100 hits");
}

static void a_ship_adds_to_the_blow(void **state)
{
	struct little_world *world = *state;
	prey(world, BEAST_HUNTER);
	hold(world, 1, THING_DAGGER);
	int damage = strike_until_it_hits(world);
	give(world, ana, 2, THING_WARSHIP, 1);
	player_of(world, ana)->equipment[EQUIP_BOAT] = 2;
	body_of(world, ana)->flags |= BODY_SAILING;
	assert_int_equal(strike_until_it_hits(world), damage + 500);
}

static void hunters_learn_and_druids_are_noticed(void **state)
{
	struct little_world *world = *state;
	uint32_t hunter = prey(world, BEAST_HUNTER);
	struct player *me = player_of(world, ana);
	int32_t *learnt = &me->skill_experience[SKILL_WRESTLING - 1];
	me->skills_assigned = 10;
	me->ignored = 1;
	for (int i = 0; i < 20; i++) {
		int hp = body_of(world, hunter)->hp = 1000;
		*learnt = 0;
		strike(world);
		assert_int_equal(*learnt, body_of(world, hunter)->hp < hp ? 50 : 20);
		assert_int_equal(me->ignored, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(guards_may_be_attacked_at_a_price),
		WORLD_TEST(peaceful_creatures_make_bandits),
		WORLD_TEST(who_belongs_to_a_side_spares_its_own),
		cmocka_unit_test(whose_pet_it_is_is_asked),
		WORLD_TEST(who_heals_anothers_prey_may_be_attacked_for_it),
		WORLD_TEST(a_criminal_becomes_a_citizen_by_hunting),
		WORLD_TEST(some_creatures_are_not_for_fighting),
		WORLD_TEST(a_creature_belongs_to_who_fights_it),
		WORLD_TEST(who_takes_anothers_creature_may_be_attacked_for_it),
		WORLD_TEST(criminals_own_nothing_and_take_without_being_marked),
		WORLD_TEST(whoever_paralyses_first_takes_nothing),
		WORLD_TEST(nothing_is_owned_in_safe_places),
		WORLD_TEST(sharing),
		WORLD_TEST(a_hunt),
		WORLD_TEST(the_dragon_sword_kills_one_dragon),
		WORLD_TEST(arrows_fly_at_creatures_and_not_at_priests),
		WORLD_TEST(a_creature_is_let_go_by_who_travels),
		WORLD_TEST(what_a_hunter_is_told),
		WORLD_TEST(one_without_a_voice_is_heard_when_it_is_hit),
		WORLD_TEST(an_assassin_does_not_feel_the_hide),
		WORLD_TEST(a_stab_pays_for_what_it_finds),
		WORLD_TEST(bandits_and_pirates_do_so_to_creatures_too),
		WORLD_TEST(a_ship_adds_to_the_blow),
		WORLD_TEST(hunters_learn_and_druids_are_noticed),
	};
	return cmocka_run_group_tests_name("rules_hunt", tests, NULL, NULL);
}

/* Spells of creatures, on players and on each other. rules-life-combat-magic.md 15.14. */
#include "tests/unit/test_spells.h"
#include "worker/game/magic.h"

struct spell_of_beast {
	uint32_t creature, target;
	enum charm charm;
	bool cast;
};

static enum tx_verdict beast_casts(struct tx *tx, void *context)
{
	struct spell_of_beast *spell = context;
	spell->cast = creature_casts(tx, spell->creature, spell->charm, spell->target);
	return TX_COMMIT;
}

static bool creature_cast(struct little_world *world, uint32_t creature, enum charm charm, uint32_t target)
{
	struct spell_of_beast spell = {.creature = creature, .target = target, .charm = charm};
	little_world_run(world, LAND_WILD, beast_casts, &spell);
	return spell.cast;
}

/* A bear, and somebody near it. */
static uint32_t victim_enter(struct little_world *world, uint8_t privileges)
{
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = BEAR_X, .y = WILD_BEASTS_Y - 4, .privileges = privileges);
	forget(world);
	return ana;
}

static void damage_is_as_in_the_files_less_what_is_worn(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	const char *life = text_latin1(TEXT_SPELL_POINTS_HP);
	assert_true(creature_cast(world, bear, CHARM_DART, ana));
	assert_int_equal(player_of(world, ana)->hp, 50); /* no level counts */
	EXPECT(world, ana, CHAT_OVER_HEAD, .text = text_of("OHL VOR"), .char_index = (int16_t)bear, .g = 255, .b = 255);
	EXPECT(world, ana, CREATE_FX, .char_index = (int16_t)ana, .fx = 15, .loops = 2);
	EXPECT(world, ana, PLAY_WAVE, .wave = 114, .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	EXPECT_LINE(world, ana, TEXT_SPELL_TAKEN, "Oso", 50, life);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT_NOTHING_ELSE(world);
	give(world, ana, 1, THING_MAGIC_HELMET, 1);
	give(world, ana, 2, THING_MAGIC_RING, 1);
	wear(world, ana, 1);
	wear(world, ana, 2);
	assert_true(creature_cast(world, bear, CHARM_DART, ana));
	assert_int_equal(player_of(world, ana)->hp, 8);
	assert_true(creature_cast(world, bear, CHARM_HEAL, ana));
	assert_int_equal(player_of(world, ana)->hp, 58);
	EXPECT_LINE(world, ana, TEXT_SPELL_GIVEN, "Oso", 50, life);
}

static void it_kills_and_the_dead_are_let_be(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	assert_true(creature_cast(world, bear, CHARM_SLAY, ana));
	assert_true(player_of(world, ana)->dead);
	forget(world);
	assert_false(creature_cast(world, bear, CHARM_SLAY, ana));
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

static void a_royal_guard_that_kills_lessens_the_crimes(void **state)
{
	struct little_world *world = *state;
	uint32_t guard = beast_of(world, BEAST_GUARD), ana = victim_enter(world, PRIVILEGE_USER);
	player_of(world, ana)->reputation[REPUTATION_BANDIT] = 5000;
	assert_true(creature_cast(world, guard, CHARM_SLAY, ana));
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_BANDIT], 4900);
}

static void a_pets_kill_is_its_masters(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = victim_enter(world, PRIVILEGE_USER);
	uint32_t beto = WIZARD(world, "Beto", .x = BEAR_X + 4, .y = WILD_BEASTS_Y - 4);
	player_of(world, ana)->reputation[REPUTATION_NOBLE] = 0;
	player_of(world, ana)->reputation[REPUTATION_BANDIT] = 5000;
	cast_at(world, beto, CHARM_SUMMON, BEAR_X + 3, WILD_BEASTS_Y - 5);
	assert_true(creature_cast(world, player_of(world, beto)->pets[0].index, CHARM_SLAY, ana));
	assert_int_equal(player_of(world, beto)->criminals_killed, 1);
	EXPECT_SOUND(world);
}

static void staff_loses_no_life(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), gm = victim_enter(world, PRIVILEGE_GOD);
	assert_true(creature_cast(world, bear, CHARM_SLAY, gm));
	assert_int_equal(player_of(world, gm)->hp, 100);
}

static void who_is_not_seen_is_not_hit(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	static const uint32_t unseen[] = {BODY_HIDDEN, BODY_INVISIBLE, BODY_ADMIN_INVISIBLE};
	for (unsigned i = 0; i < 3; i++) {
		body_of(world, ana)->flags |= unseen[i];
		assert_false(creature_cast(world, bear, CHARM_DART, ana));
		body_of(world, ana)->flags &= ~unseen[i];
	}
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->hp, 100);
}

static void the_spell_that_finds_ends_hiding_and_invisibility(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	uint32_t beto = WIZARD(world, "Beto", .x = BEAR_X + 4, .y = WILD_BEASTS_Y - 4);
	body_of(world, ana)->flags |= BODY_HIDDEN;
	assert_true(creature_cast(world, bear, CHARM_EYE, ana));
	assert_int_equal(body_of(world, ana)->flags & BODY_HIDDEN, 0);
	cast_on(world, beto, CHARM_INVISIBLE, ana);
	assert_int_not_equal(body_of(world, ana)->flags & BODY_INVISIBLE, 0);
	assert_true(creature_cast(world, bear, CHARM_EYE, ana));
	assert_int_not_equal(body_of(world, ana)->flags & BODY_INVISIBLE, 0);
	live_ms(world, LAND_WILD, 80);
	assert_int_equal(body_of(world, ana)->flags & BODY_INVISIBLE, 0);
}

static void it_paralyses_once_and_is_known_to_have_done_it(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	assert_true(creature_cast(world, bear, CHARM_PARALYSE, ana));
	assert_int_not_equal(body_of(world, ana)->flags & BODY_PARALYSED, 0);
	assert_int_equal(player_of(world, ana)->paraliser.index, bear);
	uint64_t due_ms = player_of(world, ana)->effect_due_ms[EFFECT_PARALYSIS];
	assert_int_equal(due_ms, world->tx.now_ms + (uint64_t)world->config.intervals.paralysis_ms);
	forget(world);
	pass_ms(world, 5000);
	assert_true(creature_cast(world, bear, CHARM_PARALYSE, ana)); /* its turn is over; nothing is seen */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_PARALYSIS], due_ms);
}

static void it_takes_the_senses_for_as_long_as_invisibility(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	assert_true(creature_cast(world, bear, CHARM_BLIND, ana));
	assert_true(player_of(world, ana)->blind);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_SENSES], world->tx.now_ms + 20000);
	assert_true(creature_cast(world, bear, CHARM_STUPEFY, ana));
	assert_true(player_of(world, ana)->stupid);
	assert_true(creature_cast(world, bear, CHARM_POISON, ana));
	assert_true(player_of(world, ana)->poisoned);
}

static void rings_ward_off_creatures_too(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = victim_enter(world, PRIVILEGE_USER);
	static const enum charm charms[] = {CHARM_PARALYSE, CHARM_IMMOBILISE, CHARM_BLIND, CHARM_STUPEFY};
	give(world, ana, 1, THING_WARDING_RING, 1);
	wear(world, ana, 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(creature_cast(world, bear, charms[i], ana));
		EXPECT_LINE(world, ana, TEXT_SPELL_RING_STOPS);
	}
	assert_int_equal(body_of(world, ana)->flags & BODY_PARALYSED, 0);
	assert_false(player_of(world, ana)->blind || player_of(world, ana)->stupid);
}

static void where_magic_does_not_work_creatures_cast_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), ana = WIZARD(world, "Ana", .map = LAND_MUTE);
	assert_false(creature_cast(world, bear, CHARM_DART, ana)); /* and he is on another map */
	assert_false(creature_cast(world, bear, 24, bear));        /* no such spell */
	EXPECT_NOTHING_ELSE(world);
}

static void on_each_other(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR), goblin = beast_of(world, BEAST_GOBLIN);
	uint32_t ana = victim_enter(world, PRIVILEGE_USER);
	uint32_t dragon = beast_call(world, BEAST_DRAGON, LAND_WILD, BEAR_X, WILD_BEASTS_Y + 3);
	assert_true(creature_cast(world, goblin, CHARM_HUNT, bear)); /* 5 of 30 */
	assert_int_equal(body_of(world, bear)->hp, 25);
	assert_true(creature_cast(world, goblin, CHARM_HEAL, bear));
	assert_int_equal(body_of(world, bear)->hp, 30);
	assert_true(creature_cast(world, goblin, CHARM_PARALYSE, bear));
	assert_int_equal(body_of(world, bear)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), BODY_PARALYSED);
	assert_true(creature_cast(world, goblin, CHARM_FREE, bear));
	assert_int_equal(body_of(world, bear)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), 0);
	assert_true(creature_cast(world, goblin, CHARM_POISON, bear));
	assert_int_equal(about(world, bear)->poisoned, 1);
	assert_true(creature_cast(world, goblin, CHARM_CURE, bear));
	assert_int_equal(about(world, bear)->poisoned, 0);
	assert_true(creature_cast(world, goblin, CHARM_IMMOBILISE, dragon));
	assert_int_equal(body_of(world, dragon)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), 0);
	int32_t experience = player_of(world, ana)->experience;
	assert_true(creature_cast(world, goblin, CHARM_SLAY, bear));
	assert_int_equal(player_of(world, ana)->experience, experience);
	EXPECT_SOUND(world);
}

/* Somebody whom the killer's client has never seen is not named to it, nor he to the victim's (13.18). */
static void a_killer_far_away_is_not_named(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = victim_enter(world, PRIVILEGE_USER);
	uint32_t beto = WIZARD(world, "Beto", .x = BEAR_X + 4, .y = WILD_BEASTS_Y - 4);
	cast_at(world, beto, CHARM_SUMMON, BEAR_X + 3, WILD_BEASTS_Y - 5);
	stand(world, beto, WIZARD_X - 40, WIZARD_Y - 40);
	forget(world);
	assert_true(creature_cast(world, player_of(world, beto)->pets[0].index, CHARM_SLAY, ana));
	assert_true(player_of(world, ana)->dead);
	assert_int_equal(player_of(world, beto)->citizens_killed, 1);
	uint32_t both[] = {ana, beto};
	for (unsigned i = 0; i < 2; i++) {
		const struct s2c_packet *packet;
		while ((packet = next_told(world, both[i])) != NULL) {
			if (packet->id == S2C_MULTI_MESSAGE)
				assert_true(packet->sub != MULTI_HAVE_KILLED_USER && packet->sub != MULTI_USER_KILL);
		}
	}
	EXPECT_SOUND(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(damage_is_as_in_the_files_less_what_is_worn),
		WORLD_TEST(it_kills_and_the_dead_are_let_be),
		WORLD_TEST(a_royal_guard_that_kills_lessens_the_crimes),
		WORLD_TEST(a_pets_kill_is_its_masters),
		WORLD_TEST(staff_loses_no_life),
		WORLD_TEST(who_is_not_seen_is_not_hit),
		WORLD_TEST(the_spell_that_finds_ends_hiding_and_invisibility),
		WORLD_TEST(it_paralyses_once_and_is_known_to_have_done_it),
		WORLD_TEST(it_takes_the_senses_for_as_long_as_invisibility),
		WORLD_TEST(rings_ward_off_creatures_too),
		WORLD_TEST(where_magic_does_not_work_creatures_cast_nothing),
		WORLD_TEST(on_each_other),
		WORLD_TEST(a_killer_far_away_is_not_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Casting a spell: choosing it, the sequence of checks, whom it is for, what it costs, how it is seen.
 * rules-life-combat-magic.md 15.1 to 15.3, 15.7, 15.17. */
#include "tests/unit/test_spells.h"

/* --- choosing ----------------------------------------------------------------------------------------------------------- */

static void a_slot_is_chosen_and_nothing_is_cast_yet(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	struct player *player = player_of(world, ana);
	player->spells[4] = CHARM_DART;
	player->protected_until_ms = UINT64_MAX;
	DO(world, ana, CAST_SPELL, .slot = 5);
	assert_int_equal(player->spell, CHARM_DART);
	assert_int_equal(player->protected_until_ms, 0);
	EXPECT_NOTHING_ELSE(world);
}

static void a_slot_that_holds_nothing_clears_the_choice(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	struct player *player = player_of(world, ana);
	static const int slots[] = {0, 2, 3, 4, SPELL_SLOTS + 1, 255};
	player->spells[2] = 24;          /* a number that the files leave out */
	player->spells[3] = CHARM_COUNT; /* of another world */
	for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++) {
		player->spell = CHARM_DART;
		DO(world, ana, CAST_SPELL, .slot = slots[i]);
		assert_int_equal(player->spell, 0);
		DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X + 2, .y = WIZARD_Y, .skill = SKILL_MAGIC);
		EXPECT_REFUSED(world, ana, TEXT_SPELL_CHOOSE);
	}
}

static void the_dead_do_not_choose_nor_cast(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .dead = true);
	player_of(world, ana)->spells[0] = player_of(world, ana)->spell = CHARM_HEAL;
	DO(world, ana, CAST_SPELL, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X, .y = WIZARD_Y, .skill = SKILL_MAGIC);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	EXPECT_NOTHING_ELSE(world);
}

static void the_skill_of_magic_asks_for_a_target(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	DO(world, ana, WORK, .skill = SKILL_MAGIC);
	EXPECT_MULTI(world, ana, WORK_REQUEST_TARGET, .skill = SKILL_MAGIC);
	EXPECT_NOTHING_ELSE(world);
}

static void a_spell_macro_is_ignored(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	DO(world, ana, USE_SPELL_MACRO);
	assert_string_equal(world->tx.log_text, "Ana says that a macro casts its spells");
	for (int i = 0; i < 3; i++) {
		DO(world, ana, USE_SPELL_MACRO);
		assert_string_equal(world->tx.log_text, ""); /* nobody fills the log with it */
	}
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(closed_for(world, ana), 0);
}

/* --- how it is seen -------------------------------------------------------------------------------------------------------- */

static void words_light_sound_and_lines(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	uint32_t cora = ENTER(world, "Cora", .map = LAND_WILD, .x = WIZARD_X, .y = WIZARD_Y + 4);
	uint32_t away = ENTER(world, "Dino", .map = LAND_WILD, .x = 20, .y = 20);
	uint32_t all[] = {ana, beto, cora};
	const char *life = text_latin1(TEXT_SPELL_POINTS_HP);
	forget(world);
	cast_on(world, ana, CHARM_DART, beto);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(world, all[i], CHAT_OVER_HEAD, .text = text_of("OHL VOR"), .char_index = (int16_t)ana, .r = 0, .g = 255,
			   .b = 255);
		EXPECT(world, all[i], CREATE_FX, .char_index = (int16_t)beto, .fx = 15, .loops = 2);
		EXPECT(world, all[i], PLAY_WAVE, .wave = 114, .x = WIZARD_X + 2, .y = WIZARD_Y);
	}
	EXPECT_LINE(world, ana, TEXT_SPELL_ON, "Lanzas un dardo a", "Beto");
	EXPECT_LINE(world, ana, TEXT_SPELL_TAKES, 80, life, "Beto");
	EXPECT_LINE(world, beto, TEXT_SPELL_BY, "Ana", "te lanza un dardo.");
	EXPECT_LINE(world, beto, TEXT_SPELL_TAKEN, "Ana", 80, life);
	EXPECT(world, beto, UPDATE_HP, .hp = 20);
	EXPECT_ANY(world, beto, UPDATE_USER_STATS);
	EXPECT_PAID(world, ana, 10, 2);
	EXPECT_NOTHING(world, away);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->spell, 0);
	assert_int_equal(player_of(world, ana)->target.user.index, 0);
	EXPECT_SOUND(world);
}

static void on_oneself_one_reads_one_line(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	player_of(world, ana)->hp = 30;
	cast_on(world, ana, CHARM_HEAL, ana);
	const struct s2c_packet *line = heard(world, ana, S2C_CONSOLE_MSG, HERE);
	assert_true(text_equal(line->CONSOLE_MSG.text, TEXT("Te curas.")));
	assert_int_equal(line->CONSOLE_MSG.font, FONT_FIGHT);
	EXPECT_LINE(world, ana, TEXT_SPELL_GIVES_SELF, 80, text_latin1(TEXT_SPELL_POINTS_HP));
	EXPECT(world, ana, UPDATE_HP, .hp = 100);
	EXPECT_PAID(world, ana, 20, 3);
	EXPECT_NOTHING_ELSE(world);
}

static void casting_ends_hiding_but_not_the_spells_invisibility(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	body_of(world, ana)->flags |= BODY_HIDDEN;
	cast_on(world, ana, CHARM_HEAL, beto);
	assert_int_equal(body_of(world, ana)->flags & BODY_HIDDEN, 0);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
	body_of(world, ana)->flags |= BODY_HIDDEN | BODY_INVISIBLE;
	forget(world);
	cast_on(world, ana, CHARM_HEAL, beto);
	assert_int_equal(body_of(world, ana)->flags & (BODY_HIDDEN | BODY_INVISIBLE), BODY_INVISIBLE);
	assert_int_equal(HOW_MANY(world, beto, SET_INVISIBLE), 0);
}

static void unseen_staff_makes_no_sound(void **state)
{
	struct little_world *world = *state;
	uint32_t gm = WIZARD(world, "Gema", .privileges = PRIVILEGE_GOD), beto = TARGET(world, "Beto");
	body_of(world, gm)->flags |= BODY_ADMIN_INVISIBLE;
	forget(world);
	cast_on(world, gm, CHARM_DART, beto);
	assert_int_equal(HOW_MANY(world, beto, CHAT_OVER_HEAD), 0);
	EXPECT_PAID(world, gm, 10, 2);
	forget(world);
	cast_on(world, gm, CHARM_LIGHT, gm); /* a click does not find him, not even his own */
	EXPECT_REFUSED(world, gm, TEXT_SPELL_NO_TARGET);
}

static void a_spell_that_only_shows_itself_is_paid_for(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	forget(world);
	cast_on(world, ana, CHARM_LIGHT, beto);
	EXPECT(world, beto, CREATE_FX, .char_index = (int16_t)beto, .fx = 4);
	EXPECT_PAID(world, ana, 10, 0);
}

/* --- before anything is spent ------------------------------------------------------------------------------------------------- */

static void where_magic_does_not_work_nothing_is_used_up(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .map = LAND_MUTE);
	player_of(world, ana)->spell = CHARM_HEAL;
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X, .y = WIZARD_Y, .skill = SKILL_MAGIC);
	EXPECT_LINE(world, ana, TEXT_SPELL_NOT_HERE);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->spell, CHARM_HEAL);
	assert_int_equal(player_of(world, ana)->gates.cast_ms, 0);
}

static void a_click_out_of_sight_puts_the_client_right(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	static const struct {
		int x, y;
	} far[] = {
		{WIZARD_X + 9, WIZARD_Y}, {WIZARD_X - 9, WIZARD_Y}, {WIZARD_X, WIZARD_Y + 7}, {WIZARD_X, WIZARD_Y - 7}, {1, 1}};
	for (unsigned i = 0; i < sizeof far / sizeof *far; i++) {
		cast_at(world, ana, CHARM_HEAL, far[i].x, far[i].y);
		EXPECT(world, ana, POS_UPDATE, .x = WIZARD_X, .y = WIZARD_Y);
		EXPECT_NOTHING_ELSE(world);
	}
}

static void a_head_clicked_at_the_edge_of_sight_is_too_far(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	uint32_t beto = ENTER(world, "Beto", .map = LAND_WILD, .x = WIZARD_X, .y = WIZARD_Y + 7);
	forget(world);
	cast_at(world, ana, CHARM_HEAL, WIZARD_X, WIZARD_Y + 6);
	EXPECT_REFUSED(world, ana, TEXT_TOO_FAR);
	stand(world, beto, WIZARD_X, WIZARD_Y + 6);
	cast_at(world, ana, CHARM_HEAL, WIZARD_X, WIZARD_Y + 5);
	EXPECT_PAID(world, ana, 20, 3);
}

static void outside_the_frame_nothing_is_cast(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .x = 10, .y = 10);
	cast_at(world, ana, CHARM_SUMMON, 5, 10);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
}

static void who_rests_or_meditates_does_not_cast(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	body_of(world, ana)->flags |= BODY_MEDITATING;
	cast_on(world, ana, CHARM_HEAL, ana);
	body_of(world, ana)->flags ^= BODY_MEDITATING | BODY_RESTING;
	cast_on(world, ana, CHARM_HEAL, ana);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
}

static void who_trades_does_not_cast(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	player_of(world, ana)->trading = 1;
	cast_on(world, ana, CHARM_HEAL, ana);
	EXPECT_LINE(world, ana, TEXT_NOT_NOW_TRADING);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
}

static void the_click_ends_the_countdown_of_leaving(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	player_of(world, ana)->logout_due_ms = world->tx.now_ms + 9000;
	cast_on(world, ana, CHARM_INVISIBLE, ana);
	EXPECT_LINE(world, ana, TEXT_LEAVING_CANCELLED);
	assert_int_equal(player_of(world, ana)->logout_due_ms, 0);
	assert_int_not_equal(body_of(world, ana)->flags & BODY_INVISIBLE, 0);
}

static void the_paralysed_cast(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	body_of(world, ana)->flags |= BODY_PARALYSED;
	cast_on(world, ana, CHARM_HEAL, ana);
	EXPECT_PAID(world, ana, 20, 3);
}

static void spells_follow_each_other_no_faster_than_allowed(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	struct player *player = player_of(world, ana);
	player->spell = CHARM_BEYOND;
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X, .y = WIZARD_Y, .skill = SKILL_MAGIC);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_SKILL); /* it used the interval up nevertheless */
	player->spell = CHARM_HEAL;
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X, .y = WIZARD_Y, .skill = SKILL_MAGIC); /* 1000 ms later */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player->spell, CHARM_HEAL);
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X, .y = WIZARD_Y, .skill = SKILL_MAGIC); /* 2000 ms */
	EXPECT_PAID(world, ana, 20, 3);
}

/* --- what it needs ------------------------------------------------------------------------------------------------------------ */

static void skill_stamina_and_mana_are_needed(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	struct player *player = player_of(world, ana);
	forget(world);
	player->skills[SKILL_MAGIC - 1] = 5;
	cast_on(world, ana, CHARM_DART, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_SKILL);
	player->skills[SKILL_MAGIC - 1] = 6;
	player->stamina = 1;
	cast_on(world, ana, CHARM_DART, beto);
	EXPECT_LINE(world, ana, TEXT_SPELL_TIRED);
	player->stamina = 2;
	player->mana = 9;
	cast_on(world, ana, CHARM_DART, beto);
	EXPECT_LINE(world, ana, TEXT_SPELL_MANA);
	EXPECT_NOTHING_ELSE(world);
	player->mana = 10;
	cast_on(world, ana, CHARM_DART, beto);
	assert_int_equal(player->mana, 0);
	assert_int_equal(player->stamina, 0);
	assert_int_equal(player_of(world, beto)->hp, 20);
}

static void a_hundred_and_one_is_beyond_everybody(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	forget(world);
	cast_on(world, ana, CHARM_BEYOND, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_SKILL);
}

static void a_mage_needs_the_staff_that_others_do_not(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .class_id = CLASS_MAGE), beto = TARGET(world, "Beto", .criminal = true);
	uint32_t cora = WIZARD(world, "Cora", .x = WIZARD_X - 2);
	forget(world);
	cast_on(world, ana, CHARM_STORM, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_STAFF_NONE);
	give(world, ana, 1, THING_WEAK_STAFF, 1);
	wear(world, ana, 1);
	cast_on(world, ana, CHARM_STORM, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_STAFF_WEAK);
	give(world, ana, 2, THING_STAFF, 1);
	wear(world, ana, 2);
	player_of(world, beto)->hp_max = player_of(world, beto)->hp = 200;
	cast_on(world, ana, CHARM_STORM, beto);
	EXPECT_PAID(world, ana, 100, 0);
	assert_int_equal(player_of(world, beto)->hp, 200 - 86); /* 80 * 1.08 */
	cast_on(world, cora, CHARM_STORM, beto);
	EXPECT_PAID(world, cora, 100, 0);
	assert_int_equal(player_of(world, beto)->hp, 200 - 86 - 80);
}

static void a_druids_flute_halves_what_mimicry_costs(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .class_id = CLASS_DRUID), beto = TARGET(world, "Beto", .criminal = true);
	give(world, ana, 1, THING_ELVEN_FLUTE, 1);
	wear(world, ana, 1);
	player_of(world, beto)->hp_max = player_of(world, beto)->hp = 999;
	forget(world);
	cast_on(world, ana, CHARM_MIMIC, beto);
	EXPECT_PAID(world, ana, 40, 0);
	cast_on(world, ana, CHARM_DART, beto);
	EXPECT_PAID(world, ana, 9, 2);
	assert_int_equal(player_of(world, beto)->hp, 999 - 83); /* 80 * 1.04 */
	cast_on(world, ana, CHARM_APOCALYPSE, beto);
	EXPECT_PAID(world, ana, 100, 0);
	player_of(world, ana)->mana = 89;
	cast_on(world, ana, CHARM_DART, beto);
	assert_int_equal(player_of(world, ana)->mana, 80); /* 9 points, needed and paid */
}

static void practice_makes_who_succeeds_better(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	struct player *player = player_of(world, ana);
	player->skills[SKILL_MAGIC - 1] = 10;
	cast_on(world, ana, CHARM_HEAL, beto);
	assert_true(player->skill_experience[SKILL_MAGIC - 1] > 0);
	int32_t learnt = player->skill_experience[SKILL_MAGIC - 1];
	cast_on(world, ana, CHARM_BEYOND, beto);
	cast_on(world, ana, CHARM_FREE, beto);
	assert_int_equal(player->skill_experience[SKILL_MAGIC - 1], learnt);
}

/* --- whom it is for --------------------------------------------------------------------------------------------------------------- */

static void a_spell_finds_only_whom_it_is_for(void **state)
{
	struct little_world *world = *state;
	uint32_t wolf = beast_of(world, BEAST_WOLF);
	uint32_t ana = WIZARD(world, "Ana", .map = LAND_MEADOW, .x = WOLF_X - 3, .y = BEASTS_Y);
	cast_on(world, ana, CHARM_CURE, wolf);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_FOR_PLAYERS);
	cast_at(world, ana, CHARM_CURE, WOLF_X - 5, BEASTS_Y);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_FOR_PLAYERS);
	cast_on(world, ana, CHARM_HUNT, ana);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_FOR_CREATURES);
	cast_at(world, ana, CHARM_HUNT, WOLF_X - 5, BEASTS_Y);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_FOR_CREATURES);
	cast_at(world, ana, CHARM_HEAL, WOLF_X - 5, BEASTS_Y);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_NO_TARGET);
	cast_on(world, ana, CHARM_HUNT, wolf);
	EXPECT_PAID(world, ana, 10, 0);
}

static void an_old_target_is_forgotten_with_the_click(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	player_of(world, ana)->target.user = body_handle(&world->world, beto);
	forget(world);
	cast_at(world, ana, CHARM_DART, WIZARD_X - 3, WIZARD_Y);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_NO_TARGET);
	assert_int_equal(player_of(world, beto)->hp, 100);
}

/* Through walls, and at who is not seen: there is no line of sight (15.17, 8.9). */
static void the_unseen_can_be_hit_by_who_clicks_their_tile(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	body_of(world, beto)->flags |= BODY_INVISIBLE;
	forget(world);
	cast_on(world, ana, CHARM_DART, beto);
	EXPECT_PAID(world, ana, 10, 2);
	assert_int_equal(player_of(world, beto)->hp, 20);
}

/* A spell chosen before the journey is cast after it. */
static void who_casts_is_protected_no_longer_whenever_he_chose(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	player_of(world, ana)->spell = CHARM_DART;
	player_of(world, ana)->protected_until_ms = world->tx.now_ms + 60000;
	DO(world, ana, WALK, .heading = HEADING_SOUTH);
	DO(world, ana, TALK, .text = TEXT("hola"));
	assert_int_not_equal(player_of(world, ana)->protected_until_ms, 0); /* these are no attacks */
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X + 2, .y = WIZARD_Y, .skill = SKILL_MAGIC);
	assert_true(player_of(world, beto)->hp < 100);
	assert_int_equal(player_of(world, ana)->protected_until_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_slot_is_chosen_and_nothing_is_cast_yet),
		WORLD_TEST(a_slot_that_holds_nothing_clears_the_choice),
		WORLD_TEST(the_dead_do_not_choose_nor_cast),
		WORLD_TEST(the_skill_of_magic_asks_for_a_target),
		WORLD_TEST(a_spell_macro_is_ignored),
		WORLD_TEST(words_light_sound_and_lines),
		WORLD_TEST(on_oneself_one_reads_one_line),
		WORLD_TEST(casting_ends_hiding_but_not_the_spells_invisibility),
		WORLD_TEST(unseen_staff_makes_no_sound),
		WORLD_TEST(a_spell_that_only_shows_itself_is_paid_for),
		WORLD_TEST(where_magic_does_not_work_nothing_is_used_up),
		WORLD_TEST(a_click_out_of_sight_puts_the_client_right),
		WORLD_TEST(a_head_clicked_at_the_edge_of_sight_is_too_far),
		WORLD_TEST(outside_the_frame_nothing_is_cast),
		WORLD_TEST(who_rests_or_meditates_does_not_cast),
		WORLD_TEST(who_trades_does_not_cast),
		WORLD_TEST(the_click_ends_the_countdown_of_leaving),
		WORLD_TEST(the_paralysed_cast),
		WORLD_TEST(spells_follow_each_other_no_faster_than_allowed),
		WORLD_TEST(skill_stamina_and_mana_are_needed),
		WORLD_TEST(a_hundred_and_one_is_beyond_everybody),
		WORLD_TEST(a_mage_needs_the_staff_that_others_do_not),
		WORLD_TEST(a_druids_flute_halves_what_mimicry_costs),
		WORLD_TEST(practice_makes_who_succeeds_better),
		WORLD_TEST(a_spell_finds_only_whom_it_is_for),
		WORLD_TEST(an_old_target_is_forgotten_with_the_click),
		WORLD_TEST(the_unseen_can_be_hit_by_who_clicks_their_tile),
		WORLD_TEST(who_casts_is_protected_no_longer_whenever_he_chose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

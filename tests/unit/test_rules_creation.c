/* A new character: dice, what is refused, what he begins with. rules-life-combat-magic.md 3. */
#include <math.h>

#include "common/catalog/tables.h"
#include "tests/unit/test_starter.h"
#include "worker/game/creation.h"
#include "worker/game/inventory.h"
#include "worker/game/wire.h"

enum { ROLLS = 60000, FACES = 24 };

/* --- dice --------------------------------------------------------------------------------------------------------------- */

/* 3.1: of so many throws that are alike, how many give 15, 16, 17 and 18. */
static const struct {
	unsigned of, times[4];
} spreads[ATTRIBUTE_COUNT] = {
	{12, {6, 3, 2, 1}},  /* strength: 13 + 0..3 + 0..2, at least 15 */
	{16, {10, 3, 2, 1}}, /* agility: 12 + 0..3 + 0..3, at least 15 */
	{12, {0, 9, 2, 1}},  /* intelligence: as strength, at least 16 */
	{16, {10, 3, 2, 1}}, /* charisma: as agility */
	{4, {0, 1, 2, 1}},   /* constitution: 16 + 0..1 + 0..1 */
};

static void dice_fall_as_the_sums_say(void **state)
{
	(void)state;
	unsigned times[ATTRIBUTE_COUNT][FACES] = {{0}};
	struct rng rng;
	rng_seed(&rng, 31);
	for (int i = 0; i < ROLLS; i++) {
		uint8_t dice[ATTRIBUTE_COUNT];
		dice_roll(&rng, &world->config, dice);
		for (unsigned a = 0; a < ATTRIBUTE_COUNT; a++) {
			assert_in_range(dice[a], 15, 18);
			times[a][dice[a]]++;
		}
	}
	for (unsigned a = 0; a < ATTRIBUTE_COUNT; a++) {
		for (unsigned face = 0; face < 4; face++) {
			double share = spreads[a].times[face] / (double)spreads[a].of;
			double deviation = sqrt(ROLLS * share * (1 - share));
			assert_true(fabs(times[a][15 + face] - ROLLS * share) <= 5 * deviation);
		}
	}
}

static void the_operator_may_have_even_dice(void **state)
{
	(void)state;
	bool seen[FACES] = {false};
	struct rng rng;
	rng_seed(&rng, 32);
	world->config.game.dice = CONFIG_DICE_RANGE;
	for (int i = 0; i < 2000; i++) {
		uint8_t dice[ATTRIBUTE_COUNT];
		dice_roll(&rng, &world->config, dice);
		for (unsigned a = 0; a < ATTRIBUTE_COUNT; a++) {
			assert_in_range(dice[a], 6, 18);
			seen[dice[a]] = true;
		}
	}
	for (unsigned face = 6; face <= 18; face++)
		assert_true(seen[face]);
}

/* --- refusals -------------------------------------------------------------------------------------------------------------- */

static struct c2s_LOGIN_NEW_CHAR good_wish(void)
{
	static const struct c2s_LOGIN_NEW_CHAR nothing;
	struct c2s_LOGIN_NEW_CHAR wish = nothing;
	wish.username = TEXT("Don Quijote");
	wish.password = TEXT("rocinante");
	wish.email = TEXT("quijote@example.org");
	wish.race = RACE_HUMAN;
	wish.gender = GENDER_MAN;
	wish.class = CLASS_WARRIOR;
	wish.head = 1;
	wish.home = CITY_ULLATHORPE;
	return wish;
}

static bool is_taken(const struct c2s_LOGIN_NEW_CHAR *wish)
{
	char refusal[256] = "";
	bool good = creation_check(&world->config, world->catalog, wish, true, refusal, sizeof refusal);
	assert_int_equal(refusal[0] == '\0', good); /* whoever is refused reads why */
	return good;
}

static void assert_refused(const struct c2s_LOGIN_NEW_CHAR *wish, enum text_id why)
{
	char refusal[256] = "";
	assert_false(creation_check(&world->config, world->catalog, wish, true, refusal, sizeof refusal));
	assert_string_equal(refusal, text_latin1(why));
}

static void names_are_letters_and_single_blanks(void **state)
{
	(void)state;
	static const char *const good[] = {"Don", "Ana Maria", "abc", "ZZZ", "A B C D E F G H"};
	static const char *const wrong[] = {"Don Quijot3", "Don  Quijote", " Quijote",       "Quijote ",
										"Quij-ote",    "Quijot\351",   "Quij\377te",     "Quij\tote",
										"   ",         "Quijote\n",    "<b>Quijote</b>", "Quijote\240"};
	struct c2s_LOGIN_NEW_CHAR wish = good_wish();
	for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
		wish.username = text_of(good[i]);
		assert_true(is_taken(&wish));
	}
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		wish.username = text_of(wrong[i]);
		assert_refused(&wish, TEXT_NAME_LETTERS);
	}
	wish.username = text_bytes("Qui\0jote", 8);
	assert_refused(&wish, TEXT_NAME_LETTERS);
}

static void names_have_their_length(void **state)
{
	(void)state;
	struct c2s_LOGIN_NEW_CHAR wish = good_wish();
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	for (unsigned length = 0; length <= 40; length++) {
		wish.username = text_bytes(letters, length);
		assert_int_equal(is_taken(&wish), length >= (unsigned)world->config.game.name_min &&
											  length <= (unsigned)world->config.game.name_max);
	}
}

/* Everything that is later an index: one below, the first, the last, one above, and what a byte can say at most. */
static void numbers_that_stand_for_nothing_are_refused(void **state)
{
	(void)state;
	struct c2s_LOGIN_NEW_CHAR wish;
#define ONLY(field, first, last, why)                                                                                  \
	for (int value = 0; value <= 255; value++) {                                                                       \
		wish = good_wish();                                                                                            \
		wish.field = value;                                                                                            \
		if (value < (first) || value > (last))                                                                         \
			assert_refused(&wish, (why));                                                                              \
	}
	ONLY(race, 1, RACE_COUNT, TEXT_WRONG_RACE)
	ONLY(gender, 1, GENDER_COUNT, TEXT_WRONG_GENDER)
	ONLY(class, 1, CLASS_COUNT, TEXT_WRONG_CLASS)
	ONLY(home, 1, CITY_COUNT, TEXT_WRONG_HOME)
#undef ONLY
	wish = good_wish();
	for (int class_id = 1; class_id <= CLASS_COUNT; class_id++) {
		wish.class = class_id;
		assert_true(is_taken(&wish));
	}
	for (int home = 1; home <= CITY_COUNT; home++) {
		wish.home = home;
		assert_true(is_taken(&wish));
	}
}

/* The table of 3.3 no. 6. */
static const struct {
	int race, man_first, man_last, woman_first, woman_last;
} heads[] = {
	{RACE_HUMAN, 1, 40, 70, 89},      {RACE_ELF, 101, 122, 170, 188},   {RACE_DROW, 201, 221, 270, 288},
	{RACE_DWARF, 301, 319, 370, 384}, {RACE_GNOME, 401, 416, 470, 484},
};

static void a_head_is_one_of_the_race_and_gender(void **state)
{
	(void)state;
	struct c2s_LOGIN_NEW_CHAR wish = good_wish();
	for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
		for (int gender = GENDER_MAN; gender <= GENDER_WOMAN; gender++) {
			int first = gender == GENDER_MAN ? heads[i].man_first : heads[i].woman_first;
			int last = gender == GENDER_MAN ? heads[i].man_last : heads[i].woman_last;
			wish.race = heads[i].race;
			wish.gender = gender;
			for (int head = -2; head <= 520; head++) {
				wish.head = head;
				if (head >= first && head <= last)
					assert_true(is_taken(&wish));
				else
					assert_refused(&wish, TEXT_WRONG_HEAD);
			}
			wish.head = INT16_MIN;
			assert_refused(&wish, TEXT_WRONG_HEAD);
			wish.head = INT16_MAX;
			assert_refused(&wish, TEXT_WRONG_HEAD);
		}
	}
}

static void who_threw_no_dice_and_who_comes_to_a_closed_server_are_refused(void **state)
{
	(void)state;
	char refusal[256];
	struct c2s_LOGIN_NEW_CHAR wish = good_wish();
	assert_true(is_taken(&wish));
	assert_false(creation_check(&world->config, world->catalog, &wish, false, refusal, sizeof refusal));
	assert_string_equal(refusal, text_latin1(TEXT_NO_DICE));
	world->config.game.staff_only = true;
	assert_refused(&wish, TEXT_STAFF_ONLY);
	world->config.game.create_characters = false;
	assert_refused(&wish, TEXT_CREATION_CLOSED);
}

static void password_and_address_are_looked_at(void **state)
{
	(void)state;
	struct c2s_LOGIN_NEW_CHAR wish = good_wish();
	wish.password = TEXT("dON qUIJOTE");
	assert_refused(&wish, TEXT_PASSWORD_IS_NAME);
	wish.password = text_bytes("", 0);
	assert_false(is_taken(&wish));
	static const char *const wrong[] = {"",           "quijote", "@example.org", "quijote@", "qui jote@example.org",
										"q\351@e.org"};
	wish = good_wish();
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		wish.email = text_of(wrong[i]);
		assert_refused(&wish, TEXT_EMAIL_WRONG);
	}
	char longest[400];
	memset(longest, 'q', sizeof longest);
	longest[1] = '@';
	wish.email = text_bytes(longest, sizeof longest);
	assert_refused(&wish, TEXT_EMAIL_WRONG);
}

/* --- what he begins with ------------------------------------------------------------------------------------------------------ */

static struct player born(int class_id, int race, int gender, int roll, uint64_t seed)
{
	uint8_t dice[ATTRIBUTE_COUNT];
	memset(dice, roll, sizeof dice);
	struct c2s_LOGIN_NEW_CHAR wish = good_wish();
	wish.class = class_id;
	wish.race = race;
	wish.gender = gender;
	wish.home = CITY_NIX;
	struct rng rng;
	rng_seed(&rng, seed);
	struct player player = {0};
	creation_fill(&player, &world->config, world->catalog, &wish, dice, &rng);
	return player;
}

static void the_race_is_added_once(void **state)
{
	(void)state;
	static const struct {
		int race, more[ATTRIBUTE_COUNT]; /* 3.2 */
	} rows[] = {
		{RACE_HUMAN, {1, 1, 0, 0, 2}},   {RACE_ELF, {-1, 3, 2, 2, 1}},   {RACE_DROW, {2, 3, 2, -3, 0}},
		{RACE_DWARF, {3, 0, -2, -2, 3}}, {RACE_GNOME, {-2, 3, 4, 1, 0}},
	};
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct player player = born(CLASS_WARRIOR, rows[i].race, GENDER_WOMAN, 16, 1);
		for (unsigned a = 0; a < ATTRIBUTE_COUNT; a++) {
			assert_int_equal(player.attributes[a], 16 + rows[i].more[a]);
			assert_int_equal(player.attributes_now[a], player.attributes[a]);
		}
	}
}

static void life_and_breath_are_rolled(void **state)
{
	enum { BIRTHS = 6000 };
	(void)state;
	unsigned lives[40] = {0}, short_of_breath = 0;
	for (unsigned i = 0; i < BIRTHS; i++) {
		struct player player = born(CLASS_WARRIOR, RACE_HUMAN, GENDER_MAN, 17, i);
		assert_in_range(player.hp, 16, 21); /* 15 + 1..(19 \ 3) */
		assert_int_equal(player.hp_max, player.hp);
		assert_true(player.stamina == 40 || player.stamina == 60); /* 1..(18 \ 6), and 1 is 2 */
		assert_int_equal(player.stamina_max, player.stamina);
		lives[player.hp]++;
		short_of_breath += player.stamina == 40;
	}
	for (unsigned hp = 16; hp <= 21; hp++)
		assert_true(fabs(lives[hp] - BIRTHS / 6.0) <= 5 * sqrt(BIRTHS * 5 / 36.0));
	assert_true(fabs(short_of_breath - BIRTHS * 2 / 3.0) <= 5 * sqrt(BIRTHS * 2 / 9.0));
}

static void the_worst_dice_still_make_somebody(void **state)
{
	(void)state;
	for (int race = 1; race <= RACE_COUNT; race++) {
		struct player player = born(CLASS_MAGE, race, GENDER_MAN, 1, 3);
		for (unsigned a = 0; a < ATTRIBUTE_COUNT; a++)
			assert_in_range(player.attributes[a], 1, 40);
		assert_in_range(player.hp, 16, 17);
		assert_int_equal(player.stamina, 40);
	}
}

static void mana_and_spells_are_those_of_the_class(void **state)
{
	(void)state;
	for (int class_id = 1; class_id <= CLASS_COUNT; class_id++) {
		struct player player = born(class_id, RACE_HUMAN, GENDER_MAN, 17, 4);
		bool caster = class_id == CLASS_MAGE || class_id == CLASS_CLERIC || class_id == CLASS_DRUID ||
					  class_id == CLASS_BARD || class_id == CLASS_ASSASSIN;
		int mana = class_id == CLASS_MAGE ? 3 * 17 : caster || class_id == CLASS_BANDIT ? 50 : 0;
		assert_int_equal(player.mana_max, mana);
		assert_int_equal(player.mana, mana);
		assert_int_equal(player.spells[0], caster ? 2 : 0);
		assert_int_equal(player.spells[1],
						 class_id == CLASS_DRUID && catalog_spell(world->catalog, 46) != NULL ? 46 : 0);
		for (unsigned slot = 2; slot < SPELL_SLOTS; slot++)
			assert_int_equal(player.spells[slot], 0);
	}
}

static void everybody_begins_as_a_citizen_of_level_one(void **state)
{
	(void)state;
	struct player player = born(CLASS_THIEF, RACE_DROW, GENDER_WOMAN, 18, 5);
	assert_int_equal(player.level, 1);
	assert_int_equal(player.experience, 0);
	assert_int_equal(player.experience_next, 300);
	assert_int_equal(player.skill_points, 10);
	assert_int_equal(player.skills_assigned, 0);
	for (unsigned s = 0; s < SKILL_COUNT; s++) {
		assert_int_equal(player.skills[s], 0);
		assert_int_equal(player.skill_experience[s], 0);
	}
	assert_int_equal(player.hunger, 100);
	assert_int_equal(player.thirst, 100);
	assert_int_equal(player.hit_min, 1);
	assert_int_equal(player.hit_max, 2);
	assert_int_equal(player.gold, 0);
	assert_int_equal(player.home, CITY_NIX);
	for (unsigned r = 0; r < sizeof player.reputation / sizeof *player.reputation; r++)
		assert_int_equal(player.reputation[r], r == REPUTATION_NOBLE ? 1000 : r == REPUTATION_PLEBEIAN ? 30 : 0);
	assert_false(player_is_criminal(&player));
}

static void assert_slot(const struct player *player, unsigned slot, unsigned item, unsigned amount)
{
	assert_int_equal(player->inventory[slot - 1].item, item);
	assert_int_equal(player->inventory[slot - 1].amount, amount);
	const struct item_def *def = catalog_item(world->catalog, item);
	assert_non_null(def);
	assert_int_not_equal(def->flags & ITEM_IS_NEWBIE, 0); /* it can be neither dropped nor sold */
}

/* 3.5, slot by slot. */
static void the_kit_is_that_of_class_and_race(void **state)
{
	(void)state;
	static const uint16_t clothes[RACE_COUNT + 1] = {
		[RACE_HUMAN] = 463, [RACE_ELF] = 464, [RACE_DROW] = 465, [RACE_GNOME] = 466, [RACE_DWARF] = 466};
	bool tools[5] = {false};
	for (uint64_t seed = 0; seed < 40; seed++) {
		for (int class_id = 1; class_id <= CLASS_COUNT; class_id++) {
			int race = 1 + (int)(seed % RACE_COUNT);
			struct player player = born(class_id, race, GENDER_MAN, 17, seed);
			unsigned slot = 1;
			assert_slot(&player, slot++, 857, 200);
			if (player.mana_max > 0 || class_id == CLASS_PALADIN) {
				assert_slot(&player, slot++, 856, 200);
			} else {
				assert_slot(&player, slot++, 855, 100);
				assert_slot(&player, slot++, 858, 50);
			}
			assert_int_equal(player.equipment[EQUIP_ARMOUR], slot);
			assert_slot(&player, slot++, clothes[race], 1);
			unsigned weapon = player.inventory[slot - 1].item;
			assert_int_equal(player.equipment[EQUIP_WEAPON], slot);
			assert_slot(&player, slot++, weapon, 1);
			if (class_id == CLASS_WORKER) {
				assert_in_range(weapon, 561, 565);
				tools[weapon - 561] = true;
			} else {
				assert_int_equal(weapon, class_id == CLASS_HUNTER ? 859 : 460);
			}
			assert_int_equal(player.equipment[EQUIP_AMMUNITION], class_id == CLASS_HUNTER ? slot : 0);
			if (class_id == CLASS_HUNTER)
				assert_slot(&player, slot++, 860, 150);
			assert_slot(&player, slot++, 467, 100);
			assert_slot(&player, slot++, 468, 100);
			for (; slot <= INVENTORY_SLOTS; slot++)
				assert_int_equal(player.inventory[slot - 1].item, 0);
		}
	}
	for (unsigned i = 0; i < 5; i++)
		assert_true(tools[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STARTER_TEST(dice_fall_as_the_sums_say),
		STARTER_TEST(the_operator_may_have_even_dice),
		STARTER_TEST(names_are_letters_and_single_blanks),
		STARTER_TEST(names_have_their_length),
		STARTER_TEST(numbers_that_stand_for_nothing_are_refused),
		STARTER_TEST(a_head_is_one_of_the_race_and_gender),
		STARTER_TEST(who_threw_no_dice_and_who_comes_to_a_closed_server_are_refused),
		STARTER_TEST(password_and_address_are_looked_at),
		STARTER_TEST(the_race_is_added_once),
		STARTER_TEST(life_and_breath_are_rolled),
		STARTER_TEST(the_worst_dice_still_make_somebody),
		STARTER_TEST(mana_and_spells_are_those_of_the_class),
		STARTER_TEST(everybody_begins_as_a_citizen_of_level_one),
		STARTER_TEST(the_kit_is_that_of_class_and_race),
	};
	return cmocka_run_group_tests_name("rules: creation", tests, NULL, NULL);
}

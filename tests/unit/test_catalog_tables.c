/* What no file holds: formats.md 14 and 17, rules-life-combat-magic.md 3.3, 3.4, 5.2, 6.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalog/tables.h"

static void the_experience_table_is_the_listed_one(void **state)
{
	(void)state;
	static const int32_t listed[] = {300,      420,      588,      823,      1152,     1613,     2258,      3161,
									 4425,     6195,     8673,     12142,    16999,    23799,    32129,     43374,
									 58555,    79049,    106716,   144067,   187287,   243473,   316515,    411470,
									 534911,   641893,   770272,   924326,   1109191,  1331029,  1597235,   1916682,
									 2300018,  2760022,  3588029,  4664438,  6063769,  7882900,  10247770,  14090684,
									 19374690, 26640199, 36630274, 50366627, 69254112, 95224404, 130933556, 180033640};
	for (unsigned i = 0; i < sizeof listed / sizeof *listed; i++)
		assert_int_equal(table_experience_needed(i + 1), listed[i]);
	assert_int_equal(table_experience_needed(0), 0);
}

static void experience_beyond_the_last_level_saturates(void **state)
{
	(void)state;
	int32_t before = 0;
	for (unsigned level = 1; level <= LEVEL_MAX; level++) {
		assert_true(table_experience_needed(level) >= before);
		before = table_experience_needed(level);
	}
	assert_int_equal(before, INT32_MAX);
}

static void skill_ceilings_are_the_listed_ones(void **state)
{
	(void)state;
	static const unsigned listed[] = {3,  5,  7,  10, 13, 15, 17, 20, 23, 25, 27, 30, 33, 35, 37, 40, 43, 45, 47, 50,
									  53, 55, 57, 60, 63, 65, 67, 70, 73, 75, 77, 80, 83, 85, 87, 90, 93, 95, 97, 100};
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(table_skill_ceiling(i + 1), listed[i]);
	assert_int_equal(table_skill_ceiling(41), 100);
	assert_int_equal(table_skill_ceiling(255), 100);
}

static void skills_need_more_use_the_higher_they_are(void **state)
{
	(void)state;
	static const struct {
		unsigned value;
		int32_t needed;
	} listed[] = {{0, 200},   {5, 255},   {10, 326},  {20, 531},   {30, 864},   {40, 1408}, {50, 2293},
				  {60, 3736}, {70, 6085}, {80, 9912}, {90, 16146}, {95, 20607}, {100, 0},   {101, 0}};
	for (unsigned i = 0; i < sizeof listed / sizeof *listed; i++)
		assert_int_equal(table_skill_experience_needed(listed[i].value), listed[i].needed);
}

static void heads_belong_to_race_and_gender(void **state)
{
	(void)state;
	assert_true(table_head_is_valid(RACE_HUMAN, GENDER_MAN, 1));
	assert_true(table_head_is_valid(RACE_HUMAN, GENDER_MAN, 40));
	assert_false(table_head_is_valid(RACE_HUMAN, GENDER_MAN, 41));
	assert_false(table_head_is_valid(RACE_HUMAN, GENDER_WOMAN, 40));
	assert_true(table_head_is_valid(RACE_GNOME, GENDER_WOMAN, 484));
	assert_true(table_head_is_valid(RACE_DWARF, GENDER_MAN, 319));
	assert_true(table_head_is_valid(RACE_DROW, GENDER_WOMAN, 270));
	assert_true(table_head_is_valid(RACE_ELF, GENDER_MAN, 122));
	assert_false(table_head_is_valid(0, GENDER_MAN, 0));
	assert_false(table_head_is_valid(6, GENDER_MAN, 1));
	assert_false(table_head_is_valid(RACE_HUMAN, 3, 1));
	assert_false(table_head_is_valid(RACE_HUMAN, 0, 0));
}

static void bodies_are_those_of_the_race(void **state)
{
	(void)state;
	assert_int_equal(table_start_body(RACE_HUMAN), 1);
	assert_int_equal(table_start_body(RACE_GNOME), 300);
	assert_int_equal(table_start_body(RACE_DWARF), 300);
	assert_int_equal(table_start_body(9), 0);
	static const unsigned naked[][3] = {{0, 0, 0}, {0, 21, 39}, {0, 210, 259}, {0, 32, 40}, {0, 222, 260}, {0, 53, 60}};
	for (unsigned race = 1; race <= RACE_COUNT; race++) {
		assert_int_equal(table_naked_body(race, GENDER_MAN), naked[race][1]);
		assert_int_equal(table_naked_body(race, GENDER_WOMAN), naked[race][2]);
	}
	assert_int_equal(table_naked_body(1, 0), 0);
}

static void classes_are_found_by_name_in_any_case(void **state)
{
	(void)state;
	for (unsigned number = 1; number <= CLASS_COUNT; number++)
		assert_int_equal(table_class_number(table_class_name(number), strlen(table_class_name(number))), number);
	assert_int_equal(table_class_number("MAGO", 4), CLASS_MAGE);
	assert_int_equal(table_class_number("pirata y mas", 6), CLASS_PIRATE);
	assert_int_equal(table_class_number("MAG", 3), 0);
	assert_int_equal(table_class_number("MAGOS", 5), 0);
	assert_int_equal(table_class_number("", 0), 0);
	assert_string_equal(table_class_name(13), "");
	assert_string_equal(table_race_name(RACE_DROW), "Drow");
	assert_string_equal(table_city_name(CITY_ARKHEIN), "Arkhein");
	assert_string_equal(table_skill_name(SKILL_STABBING), "Apu\361alar");
	assert_string_equal(table_skill_name(SKILL_COUNT), "Navegaci\363n");
	assert_string_equal(table_attribute_name(6), "");
}

static void the_jail_is_where_it_always_was(void **state)
{
	(void)state;
	assert_int_equal(table_jail.map, 66);
	assert_int_equal(table_jail.y, 47);
	assert_int_equal(table_jail_release.y, 65);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_experience_table_is_the_listed_one),
		cmocka_unit_test(experience_beyond_the_last_level_saturates),
		cmocka_unit_test(skill_ceilings_are_the_listed_ones),
		cmocka_unit_test(skills_need_more_use_the_higher_they_are),
		cmocka_unit_test(heads_belong_to_race_and_gender),
		cmocka_unit_test(bodies_are_those_of_the_race),
		cmocka_unit_test(classes_are_found_by_name_in_any_case),
		cmocka_unit_test(the_jail_is_where_it_always_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

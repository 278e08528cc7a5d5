/* argentumctl explain: the terms it shows are the catalog's and the rules' figures, and what it does not know it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/unit/test_catalog_world.h"
#include "worker/game/formulas.h"

static struct world files;
static char said[8192];

static int files_write(void **state)
{
	(void)state;
	world_create(&files);
	return 0;
}

static int files_remove(void **state)
{
	(void)state;
	world_destroy(&files);
	return 0;
}

/* Its exit status; what it says, errors too, is in `said`. */
static int explain(const char *arguments)
{
	const char *build = getenv("ARGENTUM_BUILD");
	char command[1024];
	snprintf(command, sizeof command, "%s/argentumctl explain --world %s %s 2>&1", build != NULL ? build : "build",
			 files.root, arguments);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	size_t length = fread(said, 1, sizeof said - 1, pipe);
	said[length] = '\0';
	int status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void says(const char *text)
{
	if (strstr(said, text) == NULL)
		fail_msg("it does not say \"%s\" but:\n%s", text, said);
}

static void a_blow_with_the_figures_of_the_files(void **state)
{
	(void)state;
	assert_int_equal(
		explain("hit class=Guerrero level=40 skill=100 agility=18 strength=20 blow-min=10 blow-max=12 weapon=2 "
				"victim-class=Mago victim-level=30 victim-evasion=50 victim-agility=19"),
		0);
	/* Balance.dat of the fixture: the warrior's armed attack 1.325, damage 4.325; the mage's evasion 0.125 */
	char line[128];
	int attack = attack_power(100, 18, 1.325, 40), evasion = evasion_power(50, 19, 0.125, 30);
	snprintf(line, sizeof line, "+ 3 x agility 18) x 1.325 (Guerrero) + 70 (level 40) = %d\n", attack);
	says(line);
	snprintf(line, sizeof line, "x 0.125 (Mago) + 45 (level 30) = %d\n", evasion);
	says(line);
	snprintf(line, sizeof line, "50 + (%d - %d) x 0.4, from 10 to 90 = %d %%\n", attack, evasion,
			 hit_percent(attack, evasion));
	says(line);
	/* (3*2 + 7/5*5 + 10) * 4.325 and (3*7 + 7/5*5 + 12) * 4.325 */
	says("(3 x weapon 2..7 + 7 / 5 x 5 (strength 20) + blow 10..12) x 4.325 = 99..173\n");
}

static void the_other_subjects(void **state)
{
	(void)state;
	assert_int_equal(explain("drop creature=1"), 0);
	says("50 x Oro (item 3)");
	assert_int_equal(explain("exp level=13 skill=50"), 0);
	says("begins at 41750 points in all; the next needs 16999 more");
	assert_int_equal(explain("gain class=Mago intelligence=20"), 0);
	says("mana      56 (intelligence 20)");
	assert_int_equal(explain("cast spell=1 class=Mago level=40"), 0);
	says("mana ");
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	static const struct {
		const char *arguments, *says;
		int status;
	} cases[] = {
		{"", "usage:", 2},
		{"luck", "usage:", 2},
		{"hit clas=Mago", "clas is no term of this", 1},
		{"hit class=Nadie", "class=Nadie: there is no such class", 1},
		{"hit level=0", "level=0: a number from 1 to 255 is allowed", 1},
		{"hit level=abc", "level=abc: a number", 1},
		{"hit weapon=7", "weapon=7: a number from 1 to 6 is allowed", 1},
		{"hit level", "'level': TERM=VALUE is expected", 1},
		{"drop", "creature=NUMBER is needed", 1},
		{"cast", "spell=NUMBER is needed", 1},
		{"exp", "is needed", 1},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(explain(cases[i].arguments), cases[i].status);
		says(cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blow_with_the_figures_of_the_files),
		cmocka_unit_test(the_other_subjects),
		cmocka_unit_test(what_is_wrong_is_said),
	};
	return cmocka_run_group_tests_name("explain", tests, files_write, files_remove);
}

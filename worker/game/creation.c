#include "worker/game/creation.h"

#include <string.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"
#include "common/protocol/charset.h"
#include "worker/game/inventory.h"

enum {
	ATTRIBUTE_LOWEST = 1,
	ATTRIBUTE_HIGHEST = 40,
	EMAIL_LONGEST = EMAIL_BYTES - 4,
	SPELL_MAGIC_DART = 2, /* the first spell of casters */
	SPELL_CALL_PET = 46,  /* of druids */
	HOME_LAST = CITY_COUNT,
};

void dice_roll(struct rng *rng, const struct config *config, uint8_t dice[ATTRIBUTE_COUNT])
{
	if (config->game.dice == CONFIG_DICE_RANGE) {
		for (int i = 0; i < ATTRIBUTE_COUNT; i++)
			dice[i] = (uint8_t)rng_range(rng, config->game.dice_min, config->game.dice_max);
		return;
	}
	/* rules-life-combat-magic.md 3.1; each sum in the order written there. */
	int strength = 13 + rng_range(rng, 0, 3) + rng_range(rng, 0, 2);
	int agility = 12 + rng_range(rng, 0, 3) + rng_range(rng, 0, 3);
	int intelligence = 13 + rng_range(rng, 0, 3) + rng_range(rng, 0, 2);
	int charisma = 12 + rng_range(rng, 0, 3) + rng_range(rng, 0, 3);
	int constitution = 16 + rng_range(rng, 0, 1) + rng_range(rng, 0, 1);
	dice[ATTRIBUTE_STRENGTH - 1] = (uint8_t)clamp_i64(strength, 15, 18);
	dice[ATTRIBUTE_AGILITY - 1] = (uint8_t)clamp_i64(agility, 15, 18);
	dice[ATTRIBUTE_INTELLIGENCE - 1] = (uint8_t)clamp_i64(intelligence, 16, 18);
	dice[ATTRIBUTE_CHARISMA - 1] = (uint8_t)clamp_i64(charisma, 15, 18);
	dice[ATTRIBUTE_CONSTITUTION - 1] = (uint8_t)constitution;
}

/* --- checks -------------------------------------------------------------------------------------------------------------------- */

/* Letters a to z and single blanks between words: no edge blanks, no double ones. */
static bool name_is_spelled_well(struct text name)
{
	bool blank = true;
	for (unsigned i = 0; i < name.length; i++) {
		unsigned char c = latin1_lower((unsigned char)name.bytes[i]);
		if (c == ' ' && blank)
			return false;
		blank = c == ' ';
		if (!blank && (c < 'a' || c > 'z'))
			return false;
	}
	return name.length > 0 && !blank;
}

static bool text_has(struct text text, const char *part, bool whole_word)
{
	size_t n = strlen(part);
	for (size_t at = 0; n > 0 && at + n <= text.length; at++) {
		size_t i = 0;
		while (i < n && latin1_lower((unsigned char)text.bytes[at + i]) == latin1_lower((unsigned char)part[i]))
			i++;
		if (i < n)
			continue;
		bool begins = at == 0 || text.bytes[at - 1] == ' ';
		bool ends = at + n == text.length || text.bytes[at + n] == ' ';
		if (!whole_word || (begins && ends))
			return true;
	}
	return false;
}

/* Short entries of the list stand inside many ordinary names (formats.md 15), so up to four letters they must be a word
 * of the name; longer ones are found anywhere. */
static bool name_is_forbidden(const struct catalog *catalog, struct text name)
{
	for (unsigned i = 0; i < catalog_forbidden_name_count(catalog); i++) {
		const char *entry = catalog_forbidden_name(catalog, i);
		if (text_has(name, entry, strlen(entry) <= 4))
			return true;
	}
	return false;
}

static bool refuse(char *refusal, size_t capacity, enum text_id id)
{
	text_format(refusal, capacity, id);
	return false;
}

/* A name that may be claimed: letters a to z and single blanks between words, length, not forbidden. */
static bool creation_name_check(const struct config *config, const struct catalog *catalog, struct text name,
								char *refusal, size_t capacity)
{
	if (name.length < config->game.name_min || name.length > config->game.name_max) {
		text_format(refusal, capacity, TEXT_NAME_LENGTH, config->game.name_min, config->game.name_max);
		return false;
	}
	if (!name_is_spelled_well(name))
		return refuse(refusal, capacity, TEXT_NAME_LETTERS);
	if (name_is_forbidden(catalog, name))
		return refuse(refusal, capacity, TEXT_NAME_FORBIDDEN);
	return true;
}

static bool email_is_plausible(struct text email)
{
	const char *at = memchr(email.bytes, '@', email.length);
	for (unsigned i = 0; i < email.length; i++) {
		if ((unsigned char)email.bytes[i] <= ' ' || (unsigned char)email.bytes[i] >= 127)
			return false;
	}
	return email.length <= EMAIL_LONGEST && at != NULL && at != email.bytes && at != email.bytes + email.length - 1;
}

bool creation_check(const struct config *config, const struct catalog *catalog, const struct c2s_LOGIN_NEW_CHAR *wish,
					bool dice_rolled, char *refusal, size_t capacity)
{
	if (!config->game.create_characters)
		return refuse(refusal, capacity, TEXT_CREATION_CLOSED);
	if (config->game.staff_only)
		return refuse(refusal, capacity, TEXT_STAFF_ONLY);
	if (!creation_name_check(config, catalog, wish->username, refusal, capacity))
		return false;
	if (wish->password.length < config->game.password_min || wish->password.length > config->game.password_max) {
		text_format(refusal, capacity, TEXT_PASSWORD_LENGTH, config->game.password_min, config->game.password_max);
		return false;
	}
	if (text_equal_fold(wish->password, wish->username))
		return refuse(refusal, capacity, TEXT_PASSWORD_IS_NAME);
	if (!dice_rolled)
		return refuse(refusal, capacity, TEXT_NO_DICE);
	if (wish->race < 1 || wish->race > RACE_COUNT)
		return refuse(refusal, capacity, TEXT_WRONG_RACE);
	if (wish->gender < 1 || wish->gender > GENDER_COUNT)
		return refuse(refusal, capacity, TEXT_WRONG_GENDER);
	if (wish->class < 1 || wish->class > CLASS_COUNT)
		return refuse(refusal, capacity, TEXT_WRONG_CLASS);
	if (wish->home < 1 || wish->home > HOME_LAST)
		return refuse(refusal, capacity, TEXT_WRONG_HOME);
	if (wish->head < 1 || !table_head_is_valid((unsigned)wish->race, (unsigned)wish->gender, (unsigned)wish->head))
		return refuse(refusal, capacity, TEXT_WRONG_HEAD);
	if (!email_is_plausible(wish->email))
		return refuse(refusal, capacity, TEXT_EMAIL_WRONG);
	return true;
}

/* --- initial values ------------------------------------------------------------------------------------------------------------ */

static void attributes_fill(struct player *p, const struct catalog *catalog, const uint8_t dice[ATTRIBUTE_COUNT])
{
	const struct race_def *race = catalog_race(catalog, p->race);
	for (int a = ATTRIBUTE_STRENGTH; a <= ATTRIBUTE_COUNT; a++) {
		int64_t value = dice[a - 1] + vb_round((double)race->attribute[a]);
		p->attributes[a - 1] = (uint8_t)clamp_i64(value, ATTRIBUTE_LOWEST, ATTRIBUTE_HIGHEST);
		p->attributes_now[a - 1] = p->attributes[a - 1];
	}
}

static int16_t mana_at_start(const struct player *p)
{
	switch (p->class_id) {
	case CLASS_MAGE:
		return (int16_t)(3 * p->attributes[ATTRIBUTE_INTELLIGENCE - 1]);
	case CLASS_CLERIC:
	case CLASS_DRUID:
	case CLASS_BARD:
	case CLASS_ASSASSIN:
	case CLASS_BANDIT:
		return 50;
	default:
		return 0;
	}
}

static void vitals_fill(struct player *p, struct rng *rng)
{
	int constitution = p->attributes[ATTRIBUTE_CONSTITUTION - 1];
	int agility = p->attributes[ATTRIBUTE_AGILITY - 1];
	p->hp = p->hp_max = (int16_t)(15 + rng_range(rng, 1, constitution / 3));
	int breath = rng_range(rng, 1, agility / 6);
	p->stamina = p->stamina_max = (int16_t)(20 * (breath == 1 ? 2 : breath));
	p->mana = p->mana_max = mana_at_start(p);
	p->hunger = p->hunger_max = p->thirst = p->thirst_max = 100;
	p->hit_min = 1;
	p->hit_max = 2;
	p->level = 1;
	p->experience = 0;
	p->experience_next = table_experience_needed(1);
	p->skill_points = SKILL_POINTS_AT_START;
	p->reputation[REPUTATION_NOBLE] = 1000;
	p->reputation[REPUTATION_PLEBEIAN] = 30;
	p->safe_mode = 1;
}

static void spells_fill(struct player *p, const struct catalog *catalog)
{
	bool caster = p->class_id == CLASS_MAGE || p->class_id == CLASS_CLERIC || p->class_id == CLASS_DRUID ||
				  p->class_id == CLASS_BARD || p->class_id == CLASS_ASSASSIN;
	if (caster && catalog_spell(catalog, SPELL_MAGIC_DART) != NULL)
		p->spells[0] = SPELL_MAGIC_DART;
	if (p->class_id == CLASS_DRUID && catalog_spell(catalog, SPELL_CALL_PET) != NULL)
		p->spells[1] = SPELL_CALL_PET;
}

struct bag {
	struct player *player;
	const struct catalog *catalog;
	unsigned next; /* slot, from 1 */
};

/* Puts an item of the kit into the next slot; one that this world does not have is left out. Returns the slot or 0. */
static unsigned bag_put(struct bag *bag, unsigned item, unsigned amount)
{
	if (catalog_item(bag->catalog, item) == NULL || bag->next > INVENTORY_SLOTS_NORMAL)
		return 0;
	bag->player->inventory[bag->next - 1] = (struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount};
	return bag->next++;
}

/* The same, and worn: if it can be, since another world may have something else under this number. */
static void bag_wear(struct bag *bag, enum equipment_place place, unsigned item, unsigned amount)
{
	unsigned slot = bag_put(bag, item, amount);
	if (slot != 0 && item_place(catalog_item(bag->catalog, item)) == place)
		bag->player->equipment[place] = (uint8_t)slot;
}

/* rules-life-combat-magic.md 3.5 */
static void kit_classic(struct bag *bag, struct rng *rng)
{
	struct player *p = bag->player;
	bag_put(bag, 857, 200);
	if (p->mana_max > 0 || p->class_id == CLASS_PALADIN) {
		bag_put(bag, 856, 200);
	} else {
		bag_put(bag, 855, 100);
		bag_put(bag, 858, 50);
	}
	static const uint16_t clothes[] = {
		[RACE_HUMAN] = 463, [RACE_ELF] = 464, [RACE_DROW] = 465, [RACE_GNOME] = 466, [RACE_DWARF] = 466};
	bag_wear(bag, EQUIP_ARMOUR, clothes[p->race], 1);
	unsigned tool = p->class_id == CLASS_HUNTER   ? 859
					: p->class_id == CLASS_WORKER ? (unsigned)rng_range(rng, 561, 565)
												  : 460;
	bag_wear(bag, EQUIP_WEAPON, tool, 1);
	if (p->class_id == CLASS_HUNTER)
		bag_wear(bag, EQUIP_AMMUNITION, 860, 150);
	bag_put(bag, 467, 100);
	bag_put(bag, 468, 100);
}

/* pyao-compatibility.md 7 */
static void kit_pyao(struct bag *bag)
{
	static const struct {
		uint16_t item, amount;
	} kit[] = {{36, 30}, {37, 30}, {38, 30}, {39, 30}, {166, 30}, {645, 30}, {3, 10}, {4, 10}};
	for (unsigned i = 0; i < sizeof kit / sizeof *kit; i++)
		bag_put(bag, kit[i].item, kit[i].amount);
	bag_wear(bag, EQUIP_WEAPON, 11, 1); /* a dagger there, a chest in the classic world */
	bag_wear(bag, EQUIP_ARMOUR, 1073, 1);
	for (unsigned tool = 561; tool <= 563; tool++)
		bag_put(bag, tool, 1);
}

void creation_fill(struct player *p, const struct config *config, const struct catalog *catalog,
				   const struct c2s_LOGIN_NEW_CHAR *wish, const uint8_t dice[ATTRIBUTE_COUNT], struct rng *rng)
{
	p->class_id = (uint8_t)wish->class;
	p->race = (uint8_t)wish->race;
	p->gender = (uint8_t)wish->gender;
	p->home = (uint8_t)wish->home;
	p->head = (int16_t)wish->head;
	p->gold = config->game.start_gold;
	attributes_fill(p, catalog, dice);
	vitals_fill(p, rng);
	spells_fill(p, catalog);
	struct bag bag = {.player = p, .catalog = catalog, .next = 1};
	if (config->game.start_kit == CONFIG_KIT_PYAO)
		kit_pyao(&bag);
	else
		kit_classic(&bag, rng);
}

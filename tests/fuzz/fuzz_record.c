/* Any values in a character's hashes: the record is read with everything put right, or refused with a text. What was
 * read obeys the limits. Input: lines of "question field value", the words separated by blanks. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/starter_catalog.h"
#include "worker/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct store_bytes word_take(const char **at, const char *end)
{
	while (*at < end && (**at == ' ' || **at == '\n'))
		(*at)++;
	const char *begin = *at;
	while (*at < end && **at != ' ' && **at != '\n')
		(*at)++;
	return (struct store_bytes){.data = begin, .length = (size_t)(*at - begin)};
}

static void check(const struct character *c)
{
	const struct player *p = &c->player;
	assert(p->hp <= p->hp_max && p->mana <= p->mana_max && p->stamina <= p->stamina_max);
	assert(p->gold >= 0 && p->gold <= GOLD_MAX && p->bank_gold >= 0 && p->bank_gold <= GOLD_MAX);
	for (unsigned i = 0; i < INVENTORY_SLOTS; i++)
		assert((p->inventory[i].item == 0) == (p->inventory[i].amount == 0) && p->inventory[i].amount <= STACK_MAX);
	for (unsigned i = 0; i < EQUIP_COUNT; i++)
		assert(p->equipment[i] <= INVENTORY_SLOTS &&
			   (p->equipment[i] == 0 || p->inventory[p->equipment[i] - 1].item != 0));
	assert(p->name_length > 0 && p->name_length < NAME_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalog *catalog = starter_catalog();
	if (size > 65536)
		return 0;
	struct store_value values[RECORD_CHARACTER_QUERIES];
	memset(values, 0, sizeof values);
	const char *at = (const char *)data, *end = at + size;
	while (at < end) {
		struct store_bytes question = word_take(&at, end), field = word_take(&at, end), content = word_take(&at, end);
		if (question.length == 0 || field.length == 0)
			break;
		struct store_value *value = &values[(unsigned char)question.data[0] % RECORD_CHARACTER_QUERIES];
		value->type = STORE_HASH;
		store_value_hash_set(value, field, content);
	}
	struct store_reply *reply = store_reply_create(RECORD_CHARACTER_QUERIES);
	for (unsigned i = 0; i < RECORD_CHARACTER_QUERIES; i++) {
		if (values[i].type != STORE_MISSING)
			store_reply_put(reply, i, &values[i]);
		store_value_clear(&values[i]);
	}
	struct character *character = malloc(sizeof *character);
	struct record_report report;
	struct problem why = {""};
	if (record_read(reply, catalog, "Lirael", 7, character, &report, &why))
		check(character);
	else
		assert(why.text[0] != '\0');
	free(character);
	store_reply_destroy(&reply);
	return 0;
}

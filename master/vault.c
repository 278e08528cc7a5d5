#include "master/vault.h"

#include <stdlib.h>
#include <unistd.h>

#include "master/fdstore.h"

bool vault_create(struct vault *vault, uint32_t connections, struct problem *why)
{
	*vault = (struct vault){.size = connections + 1};
	vault->entries = calloc(vault->size, sizeof *vault->entries);
	vault->slot = calloc(vault->size, sizeof *vault->slot);
	vault->former = calloc(vault->size, sizeof *vault->former);
	if (vault->entries == NULL || vault->slot == NULL || vault->former == NULL) {
		vault_destroy(vault);
		return problem_set(why, "out of memory for the vault of %u connections", connections);
	}
	for (uint32_t i = 0; i < vault->size; i++)
		vault->entries[i].fd = -1;
	return true;
}

static void entry_close(struct vault *vault, uint32_t i)
{
	if (vault->entries[i].fd < 0)
		return;
	close(vault->entries[i].fd);
	vault->entries[i].fd = -1;
	vault->held--;
	if (vault->store != NULL)
		fdstore_client(vault->store, i, -1);
}

void vault_destroy(struct vault *vault)
{
	for (uint32_t i = 0; vault->entries != NULL && vault->slot != NULL && i < vault->size; i++)
		entry_close(vault, i);
	free(vault->entries);
	free(vault->slot);
	free(vault->former);
	*vault = (struct vault){.size = 0};
}

/* Generations go round. */
static bool is_older(uint32_t generation, uint32_t than)
{
	return (int32_t)(generation - than) < 0;
}

bool vault_deposit(struct vault *vault, unsigned slot, uint32_t connection, uint32_t generation, int fd)
{
	if (connection == 0 || connection >= vault->size) {
		close(fd);
		return false;
	}
	if (vault->entries[connection].fd >= 0 && !vault->former[connection] &&
		is_older(generation, vault->entries[connection].generation)) {
		close(fd); /* it was dropped already, by words that are still on their way */
		return true;
	}
	entry_close(vault, connection);
	vault->former[connection] = false;
	vault->entries[connection] = (struct vault_entry){.fd = fd, .generation = generation};
	vault->slot[connection] = (uint8_t)slot;
	vault->held++;
	if (vault->store != NULL)
		fdstore_client(vault->store, connection, fd);
	return true;
}

void vault_drop(struct vault *vault, uint32_t connection, uint32_t generation)
{
	if (connection < vault->size && vault->entries[connection].generation == generation)
		entry_close(vault, connection);
}

uint32_t vault_count(const struct vault *vault, unsigned slot)
{
	uint32_t count = 0;
	for (uint32_t i = 1; i < vault->size; i++)
		count += vault->entries[i].fd >= 0 && vault->slot[i] == slot;
	return count;
}

void vault_give(struct vault *vault, unsigned slot, unsigned heir)
{
	for (uint32_t i = 1; i < vault->size; i++) {
		if (vault->slot[i] == slot)
			vault->slot[i] = (uint8_t)heir;
	}
}

void vault_drop_slot(struct vault *vault, unsigned slot)
{
	for (uint32_t i = 1; i < vault->size; i++) {
		if (vault->slot[i] == slot)
			entry_close(vault, i);
	}
}

bool vault_fit(struct vault *vault, uint32_t connections, struct problem *why)
{
	uint32_t size = connections + 1;
	if (size <= vault->size)
		return true;
	struct vault_entry *entries = realloc(vault->entries, size * sizeof *entries);
	if (entries != NULL)
		vault->entries = entries;
	uint8_t *slot = realloc(vault->slot, size);
	if (slot != NULL)
		vault->slot = slot;
	bool *former = realloc(vault->former, size * sizeof *former);
	if (former != NULL)
		vault->former = former;
	if (entries == NULL || slot == NULL || former == NULL)
		return problem_set(why, "out of memory for the vault of %u connections", connections);
	for (uint32_t i = vault->size; i < size; i++) {
		vault->entries[i] = (struct vault_entry){.fd = -1};
		vault->slot[i] = 0;
		vault->former[i] = false;
	}
	vault->size = size;
	return true;
}

void vault_spread(struct vault *vault, unsigned workers)
{
	for (uint32_t i = 1; i < vault->size; i++) {
		if (vault->slot[i] >= workers)
			vault->slot[i] = (uint8_t)(slot_heir(vault->slot[i], workers));
	}
}

void vault_world_is_new(struct vault *vault)
{
	for (uint32_t i = 1; i < vault->size; i++)
		vault->former[i] = true;
}

void vault_forget_others(struct vault *vault, unsigned slot)
{
	for (uint32_t i = 1; i < vault->size; i++) {
		if (vault->slot[i] != slot)
			vault->entries[i].fd = -1;
	}
}

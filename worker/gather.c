#include "worker/gather.h"

#include <stdlib.h>
#include <string.h>

#include "common/world/traffic.h"
#include "worker/game/audience.h"
#include "worker/game/rule.h"
#include "worker/output.h"

enum { GATHER_BYTES = 16384 };

bool gather_create(struct worker *w, struct problem *why)
{
	w->gather_bytes = malloc(GATHER_BYTES + RING_ENTRY_MAX);
	w->gather_share = malloc(GATHER_BYTES + RING_ENTRY_MAX);
	w->concerned = calloc(w->world.limits.connections, sizeof(struct client *));
	if (w->gather_bytes == NULL || w->gather_share == NULL || w->concerned == NULL)
		return problem_set(why, "out of memory for what is gathered");
	return true;
}

void gather_destroy(struct worker *w)
{
	free(w->gather_bytes);
	free(w->gather_share);
	free(w->concerned);
}

bool gather_add(struct worker *w, const struct note *note, uint64_t position)
{
	w->gathered[w->gather_count++] = (struct gathered){.note = *note, .position = position, .from = w->gather_used};
	w->gather_used += note->bytes;
	return w->gather_count < GATHER_NOTES && w->gather_used <= GATHER_BYTES;
}

static bool client_is_dead_or_staff(const struct worker *w, const struct client *client)
{
	/* Read without a lock: at worst the speech of a ghost is heard one event too early or too late. */
	const struct player *player = &w->world.players[client->c->player.index];
	return player->dead != 0 || (player->privileges & PRIVILEGE_STAFF) != 0;
}

/* Is this entry of the client's map for him, and new to him? */
static bool reaches(const struct worker *w, const struct client *client, const struct connection_cursor *cursor,
					const struct gathered *entry)
{
	const struct note *note = &entry->note;
	if (entry->position <= cursor->map_position)
		return false; /* it had this before its former worker died */
	if ((note->flags & NOTE_FLAG_VIEW) != 0 && entry->position <= cursor->view_from)
		return false; /* its snapshot was taken later and shows it */
	/* The player is looked at when he must be: he is pages away too. */
	return audience_has(note, client->c->player.index, cursor->view_cell_x, cursor->view_cell_y) &&
		   (note->kind != NOTE_DEAD_AREA || client_is_dead_or_staff(w, client)) &&
		   ((note->flags & (NOTE_FLAG_STAFF | NOTE_FLAG_NOT_STAFF)) == 0 ||
			audience_of_rank(note, player_is_staff(&w->world.players[client->c->player.index])));
}

void gather_tell_one(struct worker *w, struct client *client, const struct note *note, uint64_t position)
{
	const struct gathered entry = {.note = *note, .position = position};
	struct connection_cursor next = *cursor_now(client->c);
	if (!reaches(w, client, &next, &entry))
		return;
	next.map_position = position;
	output_tell(w, client, &next, w->note_bytes, note->bytes, (note->flags & NOTE_FLAG_ANSWER) != 0);
}

/* Who gets packets in another charset is counted when they are appended, for they have another length. */
static void share_append(struct worker *w, struct client *client, struct connection_cursor *next, uint64_t entries,
						 size_t length, bool urgent)
{
	if (client->c->charset != CHARSET_LATIN1) {
		output_tell(w, client, next, w->gather_share, length, urgent);
		return;
	}
	if (!output_tell_raw(w, client, next, w->gather_share, length, urgent))
		return;
	for (; entries != 0; entries &= entries - 1)
		w->gathered[__builtin_ctzll(entries)].told++;
}

_Static_assert(GATHER_NOTES <= 64, "a bit for each");

static void share_tell(struct worker *w, struct client *client)
{
	const struct connection_cursor *now = cursor_now(client->c);
	struct connection_cursor next = *now;
	size_t length = 0;
	unsigned flags = 0;
	uint64_t entries = 0;
	for (unsigned i = 0; i < w->gather_count; i++) {
		const struct gathered *entry = &w->gathered[i];
		if (!reaches(w, client, now, entry))
			continue;
		memcpy(w->gather_share + length, w->gather_bytes + entry->from, entry->note.bytes);
		length += entry->note.bytes;
		flags |= entry->note.flags;
		entries |= UINT64_C(1) << i;
		next.map_position = entry->position;
	}
	if (next.map_position != now->map_position)
		share_append(w, client, &next, entries, length, (flags & NOTE_FLAG_ANSWER) != 0);
}

void gather_tell_before(struct worker *w, struct client *client)
{
	if (w->gather_count > 0)
		share_tell(w, client);
}

/* Each entry's packets are looked at once, however many were told. */
static void told_count(struct worker *w)
{
	for (unsigned i = 0; i < w->gather_count; i++) {
		const struct gathered *entry = &w->gathered[i];
		if (entry->told > 0)
			traffic_tell(&w->world, w->tx.dialect, w->gather_bytes + entry->from, entry->note.bytes, entry->told);
	}
}

/* Is any of it for who looks from there, or for everybody? */
static bool may_concern(const struct worker *w, const struct viewer *viewer)
{
	for (unsigned i = 0; i < w->gather_count; i++) {
		const struct note *note = &w->gathered[i].note;
		if (note->kind == NOTE_MAP || area_tile_seen(viewer->cell_x, viewer->cell_y, note->x, note->y))
			return true;
	}
	return false;
}

void gather_tell(struct worker *w, const struct follow *follow)
{
	uint32_t count = 0;
	if (w->gather_count == 0)
		return;
	for (uint32_t i = 0; i < follow->count; i++) {
		if (!may_concern(w, &follow->viewers[i]))
			continue;
		__builtin_prefetch(follow->viewers[i].client);
		w->concerned[count++] = follow->viewers[i].client;
	}
	for (uint32_t i = 0; i < count; i++) {
		output_look_ahead(w, w->concerned, count, i);
		if (w->concerned[i]->in_map == follow->domain)
			share_tell(w, w->concerned[i]);
	}
	told_count(w);
	w->gather_count = 0;
	w->gather_used = 0;
}

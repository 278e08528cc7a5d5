#include "worker/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/point.h"
#include "common/base/log.h"
#include "common/protocol/packets.h"
#include "worker/client.h"
#include "worker/game/area.h"
#include "worker/gather.h"
#include "worker/output.h"
#include "worker/snapshot.h"

enum { ENTRIES_PER_VISIT = 512 }; /* of one ring, before the others have their turn */

/* The position in the segment, for a successor: it lags behind follow.position, never runs ahead of what was dealt with. */
static uint64_t *position_of(struct worker *w, uint32_t domain)
{
	return world_reader_position(&w->world, w->world.slot, domain);
}

static bool inherits_from(const struct worker *w, unsigned slot)
{
	return slot == w->world.slot || (w->start.inherits >> slot & 1) != 0;
}

/* --- which rings, and who looks at them ----------------------------------------------------------------------------------- */

/* Follows a map's ring from this position on, unless it is followed already. */
static void reader_follow(struct worker *w, uint32_t domain, uint64_t position)
{
	struct follow *follow = &w->follows[domain];
	if (follow->on)
		return;
	follow->on = true;
	follow->active_at = w->active_count;
	w->active[w->active_count++] = domain;
	follow->position = position;
	*position_of(w, domain) = position;
	point("following");
	/* First the bit, then a look at the head (before sleeping): who publishes looks at the bit after publishing. */
	atomic_fetch_or(&w->world.domains[domain].ring.followers, UINT64_C(1) << w->world.slot);
	point("followed");
}

static void unfollow(struct worker *w, struct follow *follow)
{
	follow->on = false;
	atomic_fetch_and(&w->world.domains[follow->domain].ring.followers, ~(UINT64_C(1) << w->world.slot));
	point("unfollowed");
	uint32_t last = w->active[--w->active_count];
	w->active[follow->active_at] = last;
	w->follows[last].active_at = follow->active_at;
}

/* Nobody of ours is there, and nobody is about to come. */
static void unfollow_if_idle(struct worker *w, struct follow *follow)
{
	if (follow->on && follow->count == 0 && follow->awaited == 0 && follow->domain != w->world.realm_domain)
		unfollow(w, follow);
}

/* 0 = its entry was read, or it will not come any more. */
static void await_set(struct worker *w, struct client *client, uint32_t domain)
{
	uint32_t before = client->awaits;
	client->awaits = domain;
	if (domain != 0)
		w->follows[domain].awaited++;
	if (before == 0)
		return;
	w->follows[before].awaited--;
	unfollow_if_idle(w, &w->follows[before]);
}

static void entry_await(struct worker *w, struct client *client, uint32_t domain, uint64_t position)
{
	await_set(w, client, domain);
	reader_follow(w, domain, position);
}

void reader_await(struct worker *w, struct client *client, uint32_t domain, uint64_t position)
{
	struct connection_cursor next = *cursor_now(client->c);
	next.view_map = 0;
	next.next_map = (uint16_t)domain;
	next.map_position = position;
	cursor_commit(client->c, &next);
	point("entry awaited");
	entry_await(w, client, domain, position);
}

/* What his cursor says he sees changed. */
static void viewer_looks_from(struct worker *w, const struct client *client, uint8_t cell_x, uint8_t cell_y)
{
	struct viewer *viewer = &w->follows[client->in_map].viewers[client->in_map_at];
	viewer->cell_x = cell_x;
	viewer->cell_y = cell_y;
}

static bool list_add(struct worker *w, struct client *client, uint32_t domain)
{
	struct follow *follow = &w->follows[domain];
	if (follow->count == follow->capacity) {
		uint32_t capacity = follow->capacity == 0 ? 16 : follow->capacity * 2;
		struct viewer *grown = realloc(follow->viewers, capacity * sizeof *grown);
		if (grown == NULL)
			return false;
		follow->viewers = grown;
		follow->capacity = capacity;
	}
	client->in_map = domain;
	client->in_map_at = follow->count;
	follow->viewers[follow->count++].client = client;
	return true;
}

static void list_remove(struct worker *w, struct client *client)
{
	if (client->in_map == 0)
		return;
	struct follow *follow = &w->follows[client->in_map];
	struct viewer last = follow->viewers[--follow->count];
	follow->viewers[client->in_map_at] = last;
	last.client->in_map_at = client->in_map_at;
	client->in_map = 0;
	unfollow_if_idle(w, follow);
}

void reader_forget(struct worker *w, struct client *client)
{
	list_remove(w, client);
	await_set(w, client, 0);
	uint32_t player = client->c->player.index;
	if (player != 0 && w->by_player[player] == client)
		w->by_player[player] = NULL;
}

/* Where the realm's ring is read from: now, but for the connections of predecessors where the one furthest behind stood. */
static uint64_t realm_begin(struct worker *w)
{
	uint32_t realm = w->world.realm_domain;
	uint64_t from = ring_head(&w->world.domains[realm].ring);
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		uint32_t owner = atomic_load(&w->world.connections[i].owner);
		if (owner == 0 || owner > w->world.limits.workers || !inherits_from(w, owner - 1))
			continue;
		uint64_t stood = *world_reader_position(&w->world, owner - 1, realm);
		from = stood < from ? stood : from;
	}
	return from;
}

bool reader_create(struct worker *w, struct problem *why)
{
	uint32_t domains = w->world.realm_domain + 1;
	w->follows = calloc(domains, sizeof *w->follows);
	w->active = calloc(domains, sizeof *w->active);
	w->by_player = calloc(w->world.limits.players + 1, sizeof(struct client *));
	if (w->follows == NULL || w->active == NULL || w->by_player == NULL || !gather_create(w, why))
		return problem_set(why, "out of memory for reading %u rings", domains);
	for (uint32_t d = 0; d < domains; d++)
		w->follows[d].domain = d;
	uint32_t realm = w->world.realm_domain;
	for (uint32_t d = 1; d <= realm; d++)
		atomic_fetch_and(&w->world.domains[d].ring.followers, ~(UINT64_C(1) << w->world.slot | w->start.inherits));
	reader_follow(w, realm, realm_begin(w));
	return true;
}

void reader_destroy(struct worker *w)
{
	for (uint32_t d = 0; w->follows != NULL && d <= w->world.realm_domain; d++)
		free(w->follows[d].viewers);
	free(w->follows);
	free(w->active);
	free(w->by_player);
	gather_destroy(w);
}

/* --- telling one client -------------------------------------------------------------------------------------------------------- */

static void one_tell(struct worker *w, struct client *client, const struct note *note, uint64_t position)
{
	const struct connection_cursor *cursor = cursor_now(client->c);
	if (position <= cursor->map_position)
		return; /* it had this before its former worker died */
	if ((note->flags & NOTE_FLAG_VIEW) != 0 && position <= cursor->view_from)
		return; /* its snapshot was taken later and shows it */
	struct connection_cursor next = *cursor;
	next.map_position = position;
	if (note->bytes > 0 && w->note_bytes[0] == S2C_POS_UPDATE) {
		next.place_behind = PLACE_IN_THIS;
		next.place_tells++;
	}
	output_tell(w, client, &next, w->note_bytes, note->bytes, (note->flags & NOTE_FLAG_ANSWER) != 0);
}

/* --- control notes ---------------------------------------------------------------------------------------------------------------- */

/* Our client that this note is about, NULL = it is on another worker or nowhere. */
static struct client *client_of_handle(struct worker *w, struct handle handle)
{
	struct connection *c = handle_connection(&w->world, handle);
	if (c == NULL || atomic_load(&c->owner) != w->world.slot + 1)
		return NULL;
	struct client *client = &w->clients[handle.index];
	return client->c != NULL && c->phase != CONNECTION_CLOSING ? client : NULL;
}

static bool ring_visit(struct worker *w, uint32_t domain, unsigned most);
static void catch_up(struct worker *w, struct client *client, uint32_t domain, uint64_t position);
static void reader_reconcile(struct worker *w, struct client *client);

/* The client stands on this map now and sees it from this entry on. `position` is that behind the entry. */
static void view_begin(struct worker *w, struct client *client, uint32_t domain, uint64_t position)
{
	struct connection_cursor next = *cursor_now(client->c);
	struct snapshot shot;
	snapshot_take(w, client, domain, &shot);
	point("snapshot taken");
	if (!list_add(w, client, domain)) {
		client_close(w, client, CLOSE_INTERNAL);
		return;
	}
	viewer_looks_from(w, client, shot.cell_x, shot.cell_y);
	next.view_map = (uint16_t)domain;
	next.map_position = position;
	next.view_from = shot.taken ? shot.position : UINT64_MAX; /* gone again already: the rest of the ring says where */
	next.view_cell_x = shot.cell_x;
	next.view_cell_y = shot.cell_y;
	if (shot.taken) {
		next.toggles = shot.toggles;
		next.greeted = GREETED_HERE;
		next.place_behind = PLACE_IN_THIS;
		next.place_tells = shot.place_tells;
	}
	output_tell(w, client, &next, w->burst, shot.length, true);
}

/* Where he is as far as the rings told; or where he is about to be. */
static uint32_t map_before(const struct client *client)
{
	return client->in_map != 0 ? client->in_map : client->awaits;
}

static bool plays(const struct worker *w, const struct client *client, uint32_t player)
{
	return handle_connection(&w->world, w->world.players[player].connection) == client->c;
}

/* A ring that is read again, from an earlier place for the sake of somebody else, tells of entries that were dealt with. */
static bool entry_is_known(const struct client *client, uint32_t domain, uint64_t position)
{
	const struct connection_cursor *cursor = cursor_now(client->c);
	uint32_t map = cursor->view_map != 0 ? cursor->view_map : cursor->next_map;
	return map == domain && position <= cursor->map_position;
}

static void note_enter(struct worker *w, uint32_t domain, const struct note *note, uint64_t position)
{
	struct client *client = client_of_handle(w, note->connection);
	struct client *before = w->by_player[note->subject];
	if (before != NULL && before != client && !plays(w, before, note->subject)) {
		/* Somebody else plays this character now; its connection is told so by a note of the realm. */
		list_remove(w, before);
		w->by_player[note->subject] = NULL;
	}
	if (client == NULL)
		return;
	if (entry_is_known(client, domain, position))
		return;
	/* He left his old map first; what that map still had to tell comes first too. But no further than to his leaving: who
	 * comes from here to there behind that is not to be dealt with before this entry. Transactions follow each other in
	 * one order, so reading just that far never leads back into this ring. */
	struct client *outer = w->entering;
	w->entering = client;
	for (uint32_t map = map_before(client); map != 0 && map != domain && ring_visit(w, map, 1);)
		map = map_before(client);
	w->entering = outer;
	uint32_t at = map_before(client);
	if ((at != 0 && at != domain) || entry_is_known(client, domain, position))
		return; /* he has been here, and gone on to where he is now */
	list_remove(w, client);
	await_set(w, client, 0);
	w->by_player[note->subject] = client;
	reader_follow(w, domain, position); /* that may just have ended it */
	view_begin(w, client, domain, position);
}

static void note_leave(struct worker *w, struct client *client, const struct note *note)
{
	struct connection_cursor next = *cursor_now(client->c);
	const struct follow *there = &w->follows[note->object];
	/* The ring there is followed from behind his entry on: for somebody else, who came from another side in this turn of the
	 * loop; or it was lapped. */
	bool passed = note->object != 0 && note->object != client->in_map && w->entering != client && there->on &&
				  there->position > note->position;
	next.view_map = 0;
	next.next_map = note->object;
	next.map_position = note->position;
	cursor_commit(client->c, &next);
	point("map left");
	list_remove(w, client); /* first: it may end the following of a map that he comes back to */
	if (note->object == 0)
		w->by_player[note->subject] = NULL;
	else if (passed)
		catch_up(w, client, note->object, note->position);
	else
		entry_await(w, client, note->object, note->position);
}

static void note_view(struct worker *w, struct client *client, const struct note *note, uint64_t position)
{
	const struct connection_cursor *cursor = cursor_now(client->c);
	if (position <= cursor->view_from)
		return;
	struct connection_cursor next = *cursor;
	next.map_position = position;
	next.view_cell_x = area_cell(note->x);
	next.view_cell_y = area_cell(note->y);
	viewer_looks_from(w, client, next.view_cell_x, next.view_cell_y);
	cursor_commit(client->c, &next);
}

/* `next`: the cursor behind the note. */
static void toggle_believe(struct worker *w, struct client *client, struct connection_cursor next,
						   const struct note *note)
{
	bool believed = (next.toggles & note->object) != 0;
	if (believed == (note->x != 0))
		return;
	uint8_t bytes[8];
	next.toggles ^= (uint8_t)note->object;
	size_t length =
		toggle_packet((enum client_toggle)note->object, (enum dialect)client->c->dialect, bytes, sizeof bytes);
	output_tell(w, client, &next, bytes, length, true);
}

static void note_toggle(struct worker *w, struct client *client, const struct note *note, uint64_t position)
{
	struct connection_cursor next = *cursor_now(client->c);
	next.map_position = position;
	toggle_believe(w, client, next, note);
}

/* A note about one player, on his map. */
static void subject_note(struct worker *w, uint32_t domain, const struct note *note, uint64_t position)
{
	struct client *client = w->by_player[note->subject];
	if (client == NULL || client->in_map != domain || position <= cursor_now(client->c)->map_position)
		return;
	switch (note->kind) {
	case NOTE_ONE:
		one_tell(w, client, note, position);
		break;
	case NOTE_LEAVE:
		note_leave(w, client, note);
		break;
	case NOTE_VIEW:
		note_view(w, client, note, position);
		break;
	case NOTE_TOGGLE:
		note_toggle(w, client, note, position);
		break;
	case NOTE_RESYNC:
		reader_reconcile(w, client);
		break;
	default:
		break;
	}
}

/* A note of a map that is for this client, if it is. */
static void map_note_for(struct worker *w, struct client *client, uint32_t domain, const struct note *note,
						 uint64_t position)
{
	switch (note->kind) {
	case NOTE_AREA:
	case NOTE_DEAD_AREA:
	case NOTE_MAP:
		if (client->in_map == domain)
			gather_tell_one(w, client, note, position);
		break;
	case NOTE_ENTER:
		if (client_of_handle(w, note->connection) == client)
			note_enter(w, domain, note, position);
		break;
	case NOTE_RESYNC_ALL:
		reader_reconcile(w, client);
		break;
	default:
		if (w->by_player[note->subject] == client)
			subject_note(w, domain, note, position);
		break;
	}
}

/* He came to this map before we began to follow its ring: what the others there were told is read once more, for him alone,
 * from before his entry up to where they are, or until he goes on to another map. */
static void catch_up(struct worker *w, struct client *client, uint32_t domain, uint64_t position)
{
	const struct follow *follow = &w->follows[domain];
	const struct ring *ring = &w->world.domains[domain].ring;
	bool entered = false;
	while (position < follow->position && client->c != NULL && client->c->phase == CONNECTION_PLAYING &&
		   (!entered || client->in_map == domain)) {
		struct note note;
		if (ring_read(&w->world, ring, &position, &note, w->note_bytes) != RING_READ) {
			reader_reconcile(w, client);
			return;
		}
		map_note_for(w, client, domain, &note, position);
		entered |= client->in_map == domain;
	}
}

/* Everybody who is on this map as far as the ring told, and who may have come without our reading it. */
static void everybody_reconcile(struct worker *w, uint32_t domain)
{
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		struct client *client = &w->clients[i];
		if (client->c != NULL && (client->in_map == domain || client->in_map == 0 || domain == w->world.realm_domain))
			reader_reconcile(w, client);
	}
}

static void map_note(struct worker *w, uint32_t domain, const struct note *note, uint64_t position)
{
	switch (note->kind) {
	case NOTE_ENTER:
		note_enter(w, domain, note, position);
		break;
	case NOTE_RESYNC_ALL:
		everybody_reconcile(w, domain);
		break;
	default:
		subject_note(w, domain, note, position);
		break;
	}
}

/* --- the realm's ring ---------------------------------------------------------------------------------------------------------------- */

static void realm_tell(struct worker *w, struct client *client, const struct note *note, uint64_t position)
{
	const struct connection_cursor *cursor = cursor_now(client->c);
	if (position <= cursor->realm_position || cursor->greeted == GREETED_NOT || note->but == client->c->player.index)
		return;
	struct connection_cursor next = *cursor;
	next.realm_position = position;
	if (note->kind == NOTE_TOGGLE)
		toggle_believe(w, client, next, note);
	else
		output_tell(w, client, &next, w->note_bytes, note->bytes, (note->flags & NOTE_FLAG_ANSWER) != 0);
}

static bool realm_note_reaches(const struct worker *w, const struct client *client, const struct note *note)
{
	const struct player *player = &w->world.players[client->c->player.index];
	switch (note->kind) {
	case NOTE_ALL:
	case NOTE_TOGGLE:
		return true;
	case NOTE_GUILD:
		return player->guild == note->object;
	case NOTE_STAFF:
		return (player->privileges & PRIVILEGE_STAFF) != 0;
	default:
		return false;
	}
}

static void realm_note(struct worker *w, const struct note *note, uint64_t position)
{
	struct client *client;
	switch (note->kind) {
	case NOTE_ONE:
		client = w->by_player[note->subject];
		if (client != NULL)
			realm_tell(w, client, note, position);
		break;
	case NOTE_CLOSE:
		client = client_of_handle(w, note->connection);
		if (client != NULL)
			client_close_saying(w, client, (enum close_reason)note->object, w->note_bytes, note->bytes);
		break;
	default:
		for (uint32_t p = 1; p <= w->world.limits.players; p++) {
			client = w->by_player[p];
			if (client != NULL && realm_note_reaches(w, client, note))
				realm_tell(w, client, note, position);
		}
		break;
	}
}

/* --- reading ---------------------------------------------------------------------------------------------------------------------------- */

static void lapped(struct worker *w, uint32_t domain)
{
	static struct log_repeat repeat; /* one per process is enough: it only keeps the log readable */
	uint64_t suppressed;
	count_add(&w->world, COUNT_ring_laps, 1);
	if (log_repeat_due(&repeat, worker_now_ms(w), 10000, &suppressed))
		log_warning(
			"the ring of %s %u was overwritten before it was read: its players are sent their surroundings anew "
			"(%llu more times since the last such line); larger rings help (world.ring_kb, world.realm_ring_kb)",
			domain == w->world.realm_domain ? "the realm, domain" : "map", domain, (unsigned long long)suppressed);
	everybody_reconcile(w, domain);
}

/* Is it about one player only, and does dealing with it read no other ring? Then what was gathered may wait for more. */
static bool note_is_aside(const struct note *note)
{
	return note->kind == NOTE_ONE || note->kind == NOTE_VIEW || note->kind == NOTE_TOGGLE;
}

static void aside_tell(struct worker *w, uint32_t domain, const struct note *note, uint64_t position)
{
	struct client *client = w->by_player[note->subject];
	if (client != NULL && client->in_map == domain)
		gather_tell_before(w, client);
	subject_note(w, domain, note, position);
	if (w->gather_count > 0)
		point("told aside");
}

static void entry_tell(struct worker *w, uint32_t domain, enum ring_read got, const struct note *note,
					   uint64_t position)
{
	if (got == RING_LAPPED)
		lapped(w, domain);
	else if (domain == w->world.realm_domain)
		realm_note(w, note, position);
	else
		map_note(w, domain, note, position);
}

/* Reads up to `most` entries of one ring. Returns whether there were any. Dealing with an entry may, after a
 * lap, read this ring on (a player comes from a map, whose ring is read until he left it): the inner visit goes on behind
 * the entry, and only the outer one says how far a successor need not go back. */
static bool ring_visit(struct worker *w, uint32_t domain, unsigned most)
{
	struct follow *follow = &w->follows[domain];
	const struct ring *ring = &w->world.domains[domain].ring;
	bool outer = !follow->visiting;
	unsigned read = 0;
	follow->visiting = true;
	while (read < most && follow->on) {
		struct note note;
		w->note_bytes = gather_place(w);
		enum ring_read got = ring_read(&w->world, ring, &follow->position, &note, w->note_bytes);
		if (got == RING_EMPTY)
			break;
		read++;
		point("entry read");
		uint64_t at = follow->position;
		bool of_map = got == RING_READ && domain != w->world.realm_domain;
		bool gathers = of_map && gather_takes(&note);
		if (gathers && gather_add(w, &note, at))
			continue;
		if (of_map && note_is_aside(&note)) {
			aside_tell(w, domain, &note, at);
		} else {
			gather_tell(w, follow);
			if (!gathers && follow->on)
				entry_tell(w, domain, got, &note, at);
		}
		point("entry told");
		if (outer && follow->on && w->gather_count == 0)
			*position_of(w, domain) = follow->position;
		point("entry noted");
	}
	if (w->gather_count > 0) {
		gather_tell(w, follow);
		point("gathered entries told");
		if (outer && follow->on)
			*position_of(w, domain) = follow->position;
		point("gathered entries noted");
	}
	if (outer)
		follow->visiting = false;
	if (read > 0)
		count_add(&w->world, COUNT_ring_entries, read);
	return read > 0;
}

bool reader_pump(struct worker *w)
{
	bool any = false;
	bool more = true;
	while (more) {
		more = false;
		for (uint32_t i = w->active_count; i-- > 0;) {
			if (i < w->active_count && ring_visit(w, w->active[i], ENTRIES_PER_VISIT))
				more = true;
		}
		any = any || more;
	}
	return any;
}

bool reader_has_news(const struct worker *w)
{
	for (uint32_t i = 0; i < w->active_count; i++) {
		uint32_t domain = w->active[i];
		if (ring_head(&w->world.domains[domain].ring) != w->follows[domain].position)
			return true;
	}
	return false;
}

/* Makes the client see what the world holds now, whatever it was told before: after a lap, or as a successor. */
static void reader_reconcile(struct worker *w, struct client *client)
{
	struct player *player = handle_player(&w->world, client->c->player);
	if (client->c->phase != CONNECTION_PLAYING || player == NULL)
		return;
	count_add(&w->world, COUNT_resyncs, 1);
	uint32_t domain;
	struct snapshot shot;
	if (!snapshot_take_anywhere(w, client, &domain, &shot)) {
		client_close(w, client, CLOSE_TAKEN_OVER);
		return;
	}
	struct connection_cursor next = *cursor_now(client->c);
	w->by_player[client->c->player.index] = client;
	if (client->in_map != domain) {
		list_remove(w, client);
		await_set(w, client, 0);
		reader_follow(w, domain, shot.position);
		if (!list_add(w, client, domain)) {
			client_close(w, client, CLOSE_INTERNAL);
			return;
		}
		next.view_map = (uint16_t)domain;
		next.map_position = shot.position;
	}
	viewer_looks_from(w, client, shot.cell_x, shot.cell_y);
	next.view_from = shot.position; /* what is still unread of the ring is told, but for what the snapshot shows */
	next.view_cell_x = shot.cell_x;
	next.view_cell_y = shot.cell_y;
	next.toggles = shot.toggles;
	next.greeted = GREETED_HERE;
	next.place_behind = PLACE_IN_THIS;
	next.place_tells = shot.place_tells;
	output_tell(w, client, &next, w->burst, shot.length, true);
}

/* --- taking over -------------------------------------------------------------------------------------------------------------------------- */

/* What the former worker has read is done, for those too to whom it had nothing to say: when rings are read again from an
 * earlier place, for the sake of somebody else, they hear nothing twice. */
static void positions_carry(struct worker *w, struct connection *c, unsigned former)
{
	struct connection_cursor next = *cursor_now(c);
	uint64_t map = next.view_map == 0 ? 0 : *world_reader_position(&w->world, former, next.view_map);
	uint64_t realm = *world_reader_position(&w->world, former, w->world.realm_domain);
	next.map_position = next.map_position < map ? map : next.map_position;
	next.realm_position = next.realm_position < realm ? realm : next.realm_position;
	cursor_commit(c, &next);
}

void reader_adopt_begin(struct worker *w)
{
	for (uint32_t i = 1; w->start.inherits != 0 && i <= w->world.limits.connections; i++) {
		struct connection *c = &w->world.connections[i];
		uint32_t owner = atomic_load(&c->owner);
		if (owner != 0 && owner <= w->world.limits.workers && inherits_from(w, owner - 1) &&
			c->phase == CONNECTION_PLAYING && cursor_now(c)->greeted)
			positions_carry(w, c, owner - 1);
	}
}

void reader_adopt(struct worker *w, struct client *client, unsigned former)
{
	const struct connection_cursor *cursor = cursor_now(client->c);
	uint32_t domain = cursor->view_map != 0 ? cursor->view_map : cursor->next_map;
	if (domain == 0)
		return; /* reader_adopt_finish gives it everything */
	uint64_t from = cursor->view_map != 0 ? *world_reader_position(&w->world, former, domain) : cursor->map_position;
	if (!w->follows[domain].on) {
		reader_follow(w, domain, from);
	} else if (from < w->follows[domain].position) {
		w->follows[domain].position = from;
		*position_of(w, domain) = from;
	}
	w->by_player[client->c->player.index] = client;
	if (cursor->view_map == 0)
		await_set(w, client, domain);
	else if (!list_add(w, client, domain))
		client_close(w, client, CLOSE_INTERNAL);
	else
		viewer_looks_from(w, client, cursor->view_cell_x, cursor->view_cell_y);
}

void reader_adopt_finish(struct worker *w)
{
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		struct client *client = &w->clients[i];
		if (client->c != NULL && client->c->phase == CONNECTION_PLAYING && client->in_map == 0 && client->awaits == 0 &&
			cursor_now(client->c)->greeted != GREETED_HERE)
			reader_reconcile(w, client);
	}
}

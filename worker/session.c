#include "worker/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/point.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/password.h"
#include "common/world/realm.h"
#include "worker/address.h"
#include "worker/blame.h"
#include "worker/client.h"
#include "worker/game/creation.h"
#include "worker/game/entering.h"
#include "worker/output.h"
#include "worker/reader.h"
#include "worker/record.h"

enum {
	PASSWORD_LONGEST = 64,
	AGAIN_MS = 20,           /* what has to wait is tried again after this time */
	STORE_AGAIN_MS = 250,    /* a store that is away */
	OTHERS_FIRST_MS = 10000, /* the longest that a login waits for those who come back */
	HOLD_MS = 3000,          /* the longest that who is back waits for those who are not */
};

struct session {
	struct worker *w;
	struct client *client; /* NULL: the client is gone, only clean up */
	struct handle connection;
	bool creating;
	uint32_t returning_id;            /* its account */
	bool returning;                   /* it played in the former generation: it is who it says */
	bool coming;                      /* ... and is not in the world yet */
	uint64_t until_ms;                /* how long it may wait */
	uint64_t due_ms;                  /* waiting: when it goes on ... */
	void (*go_on)(struct session *s); /* ... and how */
	struct session *next_waiting;
	char name[NAME_BYTES]; /* as typed */
	uint8_t name_length;
	char password[PASSWORD_LONGEST]; /* wiped as soon as it was used */
	size_t password_length;
	struct handle player; /* reserved by us, or found in the world */
	bool found_in_world;
	char username[RECORD_USERNAME_BYTES]; /* the account's key, UTF-8 */
	uint32_t id;
	struct character character; /* read from the store, or new */
	char hash[PASSWORD_HASH_MAX];
	bool password_good;
	enum text_id refusal; /* why the reservation was refused */
};

static struct text session_name(const struct session *s)
{
	return text_bytes(s->name, s->name_length);
}

/* --- beginning and ending ------------------------------------------------------------------------------------------------------ */

static struct session *session_new(struct worker *w, struct client *client, struct text name)
{
	struct session *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->w = w;
	w->sessions_open++;
	s->client = client;
	s->connection = (struct handle){client->index, client->c->generation};
	s->name_length = (uint8_t)text_to_z(name, s->name, sizeof s->name);
	client->session = s;
	return s;
}

static struct session *session_begin(struct worker *w, struct client *client, struct text name, struct text password)
{
	struct session *s = session_new(w, client, name);
	if (s == NULL)
		return NULL;
	s->until_ms = worker_now_ms(w) + OTHERS_FIRST_MS;
	s->password_length = password.length;
	memcpy(s->password, password.bytes, password.length);
	client_enter(w, client, CONNECTION_CHECKING);
	point("session begun");
	return s;
}

static enum tx_verdict release(struct tx *tx, void *context)
{
	const struct handle *reserved = context;
	struct player *player = handle_player(tx->world, *reserved);
	if (player == NULL || player->state != PLAYER_RESERVED)
		return TX_CANCEL;
	realm_release(tx, reserved->index);
	return TX_COMMIT;
}

void session_release(struct worker *w, struct handle player)
{
	worker_transaction(w, &w->world.realm_domain, 1, release, &player);
}

/* The attempt has come to nothing: its address gets back what it took. */
static enum tx_verdict attempt_give_back(struct tx *tx, void *context)
{
	const struct session *s = context;
	if (handle_connection(tx->world, s->connection) != NULL)
		address_attempt_end(tx, s->connection.index, false);
	return TX_COMMIT;
}

static void coming_set(struct session *s, bool coming)
{
	struct worker *w = s->w;
	if (s->coming == coming)
		return;
	s->coming = coming;
	w->coming += coming ? 1 : UINT32_MAX;
	atomic_store(&w->world.processes[w->world.slot].coming, w->coming);
}

static void session_end(struct session *s)
{
	struct worker *w = s->w;
	coming_set(s, false);
	const struct connection *c = handle_connection(&w->world, s->connection);
	if (s->player.index != 0 && !s->found_in_world)
		worker_transaction(w, &w->world.realm_domain, 1, release, &s->player);
	if (c != NULL && c->attempt != 0)
		worker_transaction(w, &w->world.realm_domain, 1, attempt_give_back, s);
	if (s->client != NULL)
		s->client->session = NULL;
	w->sessions_open--;
	password_wipe(s, sizeof *s);
	free(s);
}

/* Says why not and ends. A login's connection is closed with it, a creation's stays for another try. */
static void session_refuse_text(struct session *s, struct text why, const char *for_the_log)
{
	struct worker *w = s->w;
	struct client *client = s->client;
	bool creating = s->creating;
	char who[128];
	if (client != NULL)
		log_line(s->returning ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO, "%s of \"%s\" from %s refused: %s",
				 creating       ? "creation"
				 : s->returning ? "return"
								: "login",
				 s->name, client_describe(w, client, who, sizeof who), for_the_log);
	session_end(s);
	if (client != NULL)
		client_refuse(w, client, why, creating);
}

static void session_refuse(struct session *s, enum text_id id, const char *for_the_log)
{
	session_refuse_text(s, text_of(text_latin1(id)), for_the_log);
}

void session_cancel(struct worker *w, struct client *client)
{
	(void)w;
	if (client->session == NULL)
		return;
	client->session->client = NULL;
	password_wipe(client->session->password, sizeof client->session->password);
	client->session = NULL;
}

/* An answer came: is anybody still there to hear it? */
static bool session_goes_on(struct session *s)
{
	if (s->client != NULL)
		return true;
	session_end(s);
	return false;
}

/* --- waiting ------------------------------------------------------------------------------------------------------------------------- */

static void waiting_go_on(void *context);

static void waiting_arm(struct worker *w)
{
	if (w->waiting_sessions != NULL && w->waiting_timer == NULL)
		w->waiting_timer = loop_timer_once(w->loop, AGAIN_MS, waiting_go_on, w, "waiting logins");
}

/* Who is due goes on; the list is taken off first, since going on may mean waiting again. */
static void waiting_go_on(void *context)
{
	struct worker *w = context;
	struct session *list = w->waiting_sessions;
	w->waiting_sessions = NULL;
	w->waiting_timer = NULL;
	while (list != NULL) {
		struct session *s = list;
		list = s->next_waiting;
		if (s->client != NULL && s->due_ms > worker_now_ms(w)) {
			s->next_waiting = w->waiting_sessions;
			w->waiting_sessions = s;
		} else if (session_goes_on(s)) {
			s->go_on(s);
		}
	}
	waiting_arm(w);
}

/* false: it has waited long enough. */
static bool session_waits(struct session *s, uint64_t for_ms, void (*go_on)(struct session *s))
{
	struct worker *w = s->w;
	uint64_t now = worker_now_ms(w);
	if (now >= s->until_ms)
		return false;
	s->due_ms = now + for_ms;
	s->go_on = go_on;
	s->next_waiting = w->waiting_sessions;
	w->waiting_sessions = s;
	waiting_arm(w);
	return true;
}

/* --- what a predecessor left ------------------------------------------------------------------------------------------------------------ */

/* Somebody who comes back, and whose socket we have: his name stays his while he is adopted. */
static bool reservation_lives(const struct worker *w, const struct player *player)
{
	const struct connection *c = handle_connection(&w->world, player->connection);
	return c != NULL && c->phase == CONNECTION_CHECKING && c->returns_id != 0 &&
		   handle_player(&w->world, c->player) == player && player->connection.index < w->start.vault_size &&
		   w->start.vault[player->connection.index].fd >= 0 &&
		   w->start.vault[player->connection.index].generation == c->generation;
}

void session_release_leftovers(struct worker *w)
{
	for (uint32_t p = 1; p <= w->world.limits.players; p++) {
		const struct player *player = &w->world.players[p];
		if (player->state != PLAYER_RESERVED || player->reserver != w->world.slot + 1 ||
			player->reserver_life == w->world.life || reservation_lives(w, player))
			continue;
		struct handle leftover = player_handle(&w->world, p);
		worker_transaction(w, &w->world.realm_domain, 1, release, &leftover);
	}
}

/* --- entering ------------------------------------------------------------------------------------------------------------------------ */

static void session_reserve(struct session *s);

/* Who comes along from another generation of the world, perhaps with other files, and no tile where he was. */
static void moved_log(const struct session *s, struct place was)
{
	const struct body *body = &s->w->world.bodies[s->player.index];
	char who[128];
	if (was.map != 0 && (body->map != was.map || body->x != was.x || body->y != was.y))
		log_notice("%s cannot stand at %u-%u-%u, appears at %u-%u-%u",
				   client_describe(s->w, s->client, who, sizeof who), was.map, was.x, was.y, body->map, body->x,
				   body->y);
}

static void session_enter(struct session *s)
{
	struct worker *w = s->w;
	struct entering entering = {.connection = s->connection,
								.player = s->player,
								.character = &s->character.player,
								.at = s->character.at,
								.heading = s->character.heading,
								.created = s->creating,
								.belongings_are_new = s->creating || s->character.is_beginner,
								.returning = s->returning};
	uint32_t domains[2] = {w->world.bodies[s->player.index].map, w->world.realm_domain};
	if (!s->found_in_world)
		domains[0] = s->character.at.map <= w->world.limits.maps ? s->character.at.map : 0;
	tx_fn *way = s->found_in_world ? entering_take_over : entering_new;
	if (worker_transaction(w, domains, 2, way, &entering) != TX_COMMIT) {
		if (s->found_in_world && entering.vanished) {
			session_reserve(s); /* it left while the password was checked: now it is in the store */
			return;
		}
		char text[256];
		if (entering.refusal == TEXT_KEPT_OUT)
			session_refuse_text(s,
								text_format(text, sizeof text, TEXT_KEPT_OUT, (int)(entering.kept_out_ms / 60000 + 1)),
								"his packets killed workers, he is kept out");
		else
			session_refuse(s, entering.refusal, "could not enter the world");
		return;
	}
	struct client *client = s->client;
	char who[128];
	point("entered");
	count_add(&w->world, COUNT_logins, 1);
	if (s->creating)
		count_add(&w->world, COUNT_characters_created, 1);
	log_info("%s %s, map %u", client_describe(w, client, who, sizeof who),
			 s->creating         ? "created and entered"
			 : s->returning      ? "came along"
			 : s->found_in_world ? "took over the character in the world"
								 : "entered",
			 entering.map);
	if (s->returning && !s->found_in_world)
		moved_log(s, entering.at);
	s->player = (struct handle){0}; /* it is no reservation any more */
	session_end(s);
	client_enter(w, client, CONNECTION_PLAYING);
	point("playing");
	reader_await(w, client, entering.map, entering.position);
}

/* --- passwords, on a job thread -------------------------------------------------------------------------------------------------------- */

static void password_run(void *job)
{
	struct session *s = job;
	const struct config *config = s->w->config;
	if (s->creating) {
		s->password_good = password_hash(s->password, s->password_length, (unsigned)config->game.password_memory_kib,
										 (unsigned)config->game.password_passes, s->hash);
	} else if (s->hash[0] != '\0') {
		s->password_good = password_verify(s->hash, s->password, s->password_length);
	} else {
		/* No such character: the answer takes as long as if there were one. */
		char nobody[PASSWORD_HASH_MAX];
		password_hash(s->password, s->password_length, (unsigned)config->game.password_memory_kib,
					  (unsigned)config->game.password_passes, nobody);
		s->password_good = false;
	}
	password_wipe(s->password, sizeof s->password);
}

static enum tx_verdict wrong_password_note(struct tx *tx, void *context)
{
	const struct session *s = context;
	address_attempt_end(tx, s->connection.index, true);
	return TX_COMMIT;
}

static void password_done(void *job)
{
	struct session *s = job;
	if (!session_goes_on(s))
		return;
	point("password checked");
	if (!s->password_good) {
		if (!s->creating)
			worker_transaction(s->w, &s->w->world.realm_domain, 1, wrong_password_note, s);
		if (s->creating)
			session_refuse(s, TEXT_BUSY, "no memory to hash the password (game.password_memory_kib)");
		else
			session_refuse(s, TEXT_WRONG_PASSWORD, s->hash[0] != '\0' ? "wrong password" : "no such character");
		return;
	}
	if (s->creating)
		text_to_z(text_of(s->hash), s->character.player.password_hash, sizeof s->character.player.password_hash);
	session_enter(s);
}

static void password_begin(struct session *s)
{
	if (!jobs_add(s->w->jobs, password_run, password_done, s))
		session_refuse(s, TEXT_BUSY, "too many password checks wait (limits.jobs_queue)");
}

/* Whose hash this is: is he who he says? What was checked once is not checked again. */
static void password_check(struct session *s, const char *hash)
{
	if (s->returning || (s->password_good && strcmp(s->hash, hash) == 0)) {
		session_enter(s);
	} else if (!s->password_good) {
		text_to_z(text_of(hash), s->hash, sizeof s->hash);
		password_begin(s);
	} else {
		session_refuse(s, TEXT_BUSY, "its password was changed while it was checked");
	}
}

/* --- the store --------------------------------------------------------------------------------------------------------------------------- */

static void store_ask(struct session *s);

static void store_failed(struct session *s, enum store_result result, const struct problem *why)
{
	char text[600];
	if (s->returning && session_waits(s, STORE_AGAIN_MS, store_ask))
		return;
	snprintf(text, sizeof text, "the store is %s (%s)", store_result_name(result), why != NULL ? why->text : "");
	session_refuse(s, s->returning ? TEXT_RETURN_STORE_AWAY : TEXT_STORE_AWAY, text);
}

/* Whether a reply of the store is to be dealt with. false: the session has ended. */
static bool store_answered(struct session *s, enum store_result result, const struct problem *why)
{
	if (!session_goes_on(s))
		return false;
	if (result != STORE_DONE)
		store_failed(s, result, why);
	return result == STORE_DONE;
}

static void character_read(void *context, enum store_result result, const struct store_reply *reply,
						   const struct problem *why)
{
	struct session *s = context;
	if (!store_answered(s, result, why))
		return;
	point("record read");
	struct problem damage;
	struct record_report report = {0};
	if (!record_read(reply, s->w->catalog, s->username, s->id, &s->character, &report, &damage)) {
		log_error("character \"%s\" (account %u) cannot be read: %s", s->name, s->id, damage.text);
		session_refuse(s, TEXT_RECORD_DAMAGED, "its record is damaged");
		return;
	}
	for (unsigned i = 0; i < report.count && i < RECORD_REPORT_LINES; i++)
		log_warning("character \"%s\" (account %u): %s", s->name, s->id, report.line[i]);
	if (s->w->config->game.staff_only && !s->returning && (s->character.player.privileges & PRIVILEGE_STAFF) == 0) {
		session_refuse(s, TEXT_STAFF_ONLY, "the server is closed to players");
		return;
	}
	password_check(s, s->character.player.password_hash);
}

static void name_read(void *context, enum store_result result, const struct store_reply *reply,
					  const struct problem *why)
{
	struct session *s = context;
	if (!store_answered(s, result, why))
		return;
	point("name read");
	bool found = record_name_found(reply, session_name(s), s->username, &s->id);
	if (s->creating) {
		if (found)
			session_refuse(s, TEXT_NAME_TAKEN, "the name is taken");
		else
			password_begin(s);
		return;
	}
	if (s->returning && (!found || s->id != s->returning_id)) {
		session_refuse(s, TEXT_RETURN_NOT_SAVED, "the store does not have it: it was created after the last cut");
		return;
	}
	if (!found) {
		password_check(s, ""); /* takes its time, then says no */
		return;
	}
	struct store_query queries[RECORD_CHARACTER_QUERIES];
	unsigned count = record_ask_character(queries, s->username, s->id);
	if (!store_read(s->w->store, queries, count, character_read, s) &&
		!(s->returning && session_waits(s, AGAIN_MS, store_ask)))
		session_refuse(s, TEXT_BUSY, "too many reads of the store wait");
}

static void store_ask(struct session *s)
{
	struct store_query queries[RECORD_NAME_QUERIES];
	unsigned count = record_ask_name(queries, session_name(s));
	if (!store_read(s->w->store, queries, count, name_read, s) &&
		!(s->returning && session_waits(s, AGAIN_MS, store_ask)))
		session_refuse(s, TEXT_BUSY, "too many reads of the store wait");
}

/* --- reserving ------------------------------------------------------------------------------------------------------------------------------ */

static enum tx_verdict reserve(struct tx *tx, void *context)
{
	struct session *s = context;
	struct world *w = tx->world;
	s->player = (struct handle){0};
	s->found_in_world = false;
	s->refusal = address_attempt(tx, s->connection.index, s->creating);
	if (s->refusal != TEXT_ID_COUNT)
		return TX_CANCEL;
	uint32_t index = realm_find(w, session_name(s));
	if (index != 0) {
		const struct player *player = &w->players[index];
		if (player->state == PLAYER_RESERVED) {
			s->refusal = TEXT_BEING_LOADED;
			return TX_CANCEL;
		}
		if (s->creating) {
			s->refusal = TEXT_NAME_TAKEN;
			return TX_CANCEL;
		}
		s->found_in_world = true;
		s->player = player_handle(w, index);
		memcpy(s->character.player.password_hash, player->password_hash, sizeof player->password_hash);
		return TX_COMMIT;
	}
	index = realm_reserve(tx, session_name(s), s->connection);
	if (index == 0) {
		s->refusal = TEXT_WORLD_FULL;
		return TX_CANCEL;
	}
	s->player = player_handle(w, index);
	return TX_COMMIT;
}

/* Somebody who played in the former generation may have no name in this one yet. */
static bool others_return(const struct worker *w)
{
	return __atomic_load_n(&w->world.realm->returning, __ATOMIC_RELAXED) != 0;
}

static const char *refusal_for_the_log(enum text_id refusal)
{
	switch (refusal) {
	case TEXT_WORLD_FULL:
		return "world.max_players are in the world";
	case TEXT_NAME_TAKEN:
	case TEXT_BEING_LOADED:
		return "the name is in use";
	default:
		return "its address may not do this more often now";
	}
}

static void session_reserve(struct session *s)
{
	struct worker *w = s->w;
	if (others_return(w)) {
		if (!session_waits(s, AGAIN_MS, session_reserve))
			session_refuse(s, TEXT_BUSY, "the world was made anew, and not all who played are back");
		return;
	}
	if (worker_transaction(w, &w->world.realm_domain, 1, reserve, s) != TX_COMMIT) {
		session_refuse(s, s->refusal, refusal_for_the_log(s->refusal));
		return;
	}
	point("reserved");
	if (s->found_in_world)
		password_check(s, s->character.player.password_hash);
	else
		store_ask(s);
}

/* --- coming back ----------------------------------------------------------------------------------------------------------------------------- */

/* The name, and what tells a successor of this worker whom the connection waits for, in one. */
static enum tx_verdict reserve_return(struct tx *tx, void *context)
{
	struct session *s = context;
	struct world *w = tx->world;
	struct connection *c = &w->connections[s->connection.index];
	uint32_t index = realm_find(w, session_name(s));
	s->player = (struct handle){0};
	if (index == 0) {
		s->refusal = TEXT_WORLD_FULL;
		index = realm_reserve(tx, session_name(s), s->connection);
		if (index == 0)
			return TX_CANCEL;
	} else {
		struct player *player = &w->players[index];
		s->refusal = TEXT_BUSY; /* two connections with one character: a world that was damaged */
		if (player->state != PLAYER_RESERVED || player->connection.index != s->connection.index ||
			player->connection.generation != s->connection.generation)
			return TX_CANCEL;
		TOUCH(tx, *player);
		player->reserver = w->slot + 1;
		player->reserver_life = w->life;
	}
	s->player = player_handle(w, index);
	SET(tx, c->player, s->player);
	SET(tx, c->returns_id, s->returning_id);
	return TX_COMMIT;
}

void session_return(struct worker *w, struct client *client, struct text name, uint32_t account)
{
	struct session *s = session_new(w, client, name);
	if (s == NULL) {
		client_refuse(w, client, text_of(text_latin1(TEXT_BUSY)), false);
		return;
	}
	s->returning = true;
	s->returning_id = account;
	coming_set(s, true);
	s->until_ms = worker_now_ms(w) + (uint64_t)w->config->workers.return_timeout_s * 1000;
	if (worker_transaction(w, &w->world.realm_domain, 1, reserve_return, s) != TX_COMMIT) {
		session_refuse(s, s->refusal, "it could not be reserved in this generation");
		return;
	}
	client_enter(w, client, CONNECTION_CHECKING); /* last: the connection is whole from here on (arrival.h) */
	store_ask(s);
}

static bool others_come(const struct worker *w)
{
	for (unsigned slot = 0; slot < w->world.limits.workers; slot++) {
		if (atomic_load(&w->world.processes[slot].coming) != 0)
			return true;
	}
	return others_return(w);
}

void session_hold_begin(struct worker *w)
{
	atomic_store(&w->world.processes[w->world.slot].coming, w->coming); /* also of a predecessor's, who are none now */
	if (others_come(w))
		w->hold_until_ms = worker_now_ms(w) + HOLD_MS;
}

bool session_hold_goes_on(struct worker *w)
{
	if (w->hold_until_ms == 0)
		return false;
	if (worker_now_ms(w) < w->hold_until_ms && others_come(w))
		return true;
	w->hold_until_ms = 0;
	point("all are back");
	client_look_at_input(w);
	return false;
}

/* --- what the client asked for ---------------------------------------------------------------------------------------------------------------- */

static bool version_is_right(const struct worker *w, int major, int minor, int patch)
{
	char version[32];
	snprintf(version, sizeof version, "%d.%d.%d", major, minor, patch);
	return w->config->game.version[0] == '\0' || strcmp(w->config->game.version, version) == 0;
}

/* What both ways have in common. true: a refusal was said. */
static bool refused_at_the_door(struct worker *w, struct client *client, int major, int minor, int patch)
{
	if (!version_is_right(w, major, minor, patch)) {
		char text[256];
		client_refuse(w, client, text_format(text, sizeof text, TEXT_WRONG_VERSION, w->config->game.version), false);
		return true;
	}
	if (w->stopping) {
		client_refuse(w, client, text_of(text_latin1(TEXT_SERVER_STOPPING)), false);
		return true;
	}
	return false;
}

void session_login(struct worker *w, struct client *client, const struct c2s_LOGIN_EXISTING_CHAR *wish)
{
	if (refused_at_the_door(w, client, (int)wish->ver_major, (int)wish->ver_minor, (int)wish->ver_patch))
		return;
	struct text name = text_trim(wish->username);
	if (name.length == 0 || name.length >= NAME_BYTES || memchr(name.bytes, '\0', name.length) != NULL ||
		wish->password.length == 0 || wish->password.length > PASSWORD_LONGEST) {
		client_refuse(w, client, text_of(text_latin1(TEXT_WRONG_PASSWORD)), false);
		return;
	}
	struct session *s = session_begin(w, client, name, wish->password);
	if (s == NULL)
		client_refuse(w, client, text_of(text_latin1(TEXT_BUSY)), false);
	else
		session_reserve(s);
}

void session_create(struct worker *w, struct client *client, const struct c2s_LOGIN_NEW_CHAR *wish)
{
	char refusal[256];
	if (refused_at_the_door(w, client, (int)wish->ver_major, (int)wish->ver_minor, (int)wish->ver_patch))
		return;
	struct c2s_LOGIN_NEW_CHAR trimmed = *wish;
	trimmed.username = text_trim(wish->username);
	if (!creation_check(w->config, w->catalog, &trimmed, client->c->dice_rolled != 0, refusal, sizeof refusal)) {
		client_refuse(w, client, text_of(refusal), true);
		return;
	}
	struct session *s = session_begin(w, client, trimmed.username, wish->password);
	if (s == NULL) {
		client_refuse(w, client, text_of(text_latin1(TEXT_BUSY)), true);
		return;
	}
	s->creating = true;
	struct player *p = &s->character.player;
	creation_fill(p, w->config, w->catalog, &trimmed, client->c->dice, &w->rng);
	p->account_new = 1;
	p->created_unix_s = clock_unix_s();
	p->name_length = (uint8_t)text_to_z(trimmed.username, p->name, sizeof p->name);
	text_to_z(wish->email, p->email, sizeof p->email);
	s->character.at = w->world.realm->start;
	s->character.heading = HEADING_SOUTH;
	client->c->dice_rolled = 0; /* a roll is for one creation */
	session_reserve(s);
}

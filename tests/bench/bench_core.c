/* bench_core.c - what the core costs: a step, the catalog, the keeper's cut, memory. One table, as ratios.
 *
 * A machine's speed changes from minute to minute, so each round measures a thing and, right beside it, a reference that
 * everybody can judge; the table shows medians over the rounds, of the times and of the ratios. No time is ever a failure.
 *
 * One thread, nobody else in the world: what is measured is the work itself, not the waiting for each other. The worlds are
 * the starter world in $ARGENTUM_BUILD/world and, when it is there, the classic one ($ARGENTUM_CLASSIC or
 * ../shared/classic). */
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/catalog/files.h"
#include "common/loop/jobs.h"
#include "common/loop/loop.h"
#include "common/text/texts.h"
#include "common/world/ledger.h"
#include "common/world/populate.h"
#include "master/limits.h"
#include "tests/harness/memory_segment.h"
#include "tests/harness/store_fixture.h"
#include "worker/game/area.h"
#include "worker/game/creation.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"
#include "worker/keeper.h"

enum {
	CROWD = 10000, /* players of the keeper's cut */
	ROUNDS_MAX = 15,
	STEP_ROUNDS = 15,
	STEPS = 10000,         /* in one round */
	CROSSING_STEPS = 1000, /* a step into another cell costs more */
	TICK_PLAYERS = 1000,   /* spread over all maps */
	TICK_ROUND_MS = 2000,  /* of the game's time in one round */
	STEP_MS = 1000,        /* of the game's time between two steps: slow enough for every check of speed */
	CATALOG_ROUNDS = 7,
	CUT_ROUNDS = 5,
	PAGE = 4096,
	FILES_MAX = 4096,
	STORE_MAP_MB = 1024,
};

static void must(bool good, const char *what, const struct problem *why)
{
	if (good)
		return;
	fprintf(stderr, "bench: cannot %s%s%s\n", what, why != NULL ? ": " : "", why != NULL ? why->text : "");
	exit(1);
}

static void *memory(size_t bytes)
{
	void *block = malloc(bytes);
	must(block != NULL, "have memory", NULL);
	memset(block, 1, bytes); /* the pages are there before anything is timed */
	return block;
}

/* --- the table -------------------------------------------------------------------------------------------------------- */

struct series {
	unsigned rounds;
	double ns[ROUNDS_MAX], reference_ns[ROUNDS_MAX];
};

static void series_add(struct series *series, double ns, double reference_ns)
{
	if (series->rounds == ROUNDS_MAX)
		return;
	series->ns[series->rounds] = ns;
	series->reference_ns[series->rounds++] = reference_ns > 0 ? reference_ns : 1;
}

static int number_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(const double *values, unsigned count)
{
	double sorted[ROUNDS_MAX];
	memcpy(sorted, values, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, number_compare);
	return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

static void time_format(double ns, char text[32])
{
	if (ns < 1e4)
		snprintf(text, 32, "%.0f ns", ns);
	else if (ns < 1e6)
		snprintf(text, 32, "%.1f us", ns / 1e3);
	else
		snprintf(text, 32, "%.2f ms", ns / 1e6);
}

static void row_print(const char *what, const char *value, char letter, const char *reference, const char *ratio)
{
	printf("%-68s %10s  %c %10s %8s\n", what, value, letter, reference, ratio);
	fflush(stdout);
}

/* `letter` names the reference (references_explain). */
__attribute__((format(printf, 3, 4))) static void row_add(const struct series *series, char letter, const char *format,
														  ...)
{
	char what[128], value[32], reference[32], text[32];
	double ratios[ROUNDS_MAX] = {0};
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	for (unsigned i = 0; i < series->rounds; i++)
		ratios[i] = series->ns[i] / series->reference_ns[i];
	time_format(median(series->ns, series->rounds), value);
	time_format(median(series->reference_ns, series->rounds), reference);
	snprintf(text, sizeof text, "%.2f", median(ratios, series->rounds));
	row_print(what, value, letter, reference, text);
}

__attribute__((format(printf, 2, 3))) static void row_bytes(uint64_t bytes, const char *format, ...)
{
	char what[128], value[32];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (bytes < 10 << 20)
		snprintf(value, sizeof value, "%llu B", (unsigned long long)bytes);
	else
		snprintf(value, sizeof value, "%.1f MiB", (double)bytes / (1 << 20));
	row_print(what, value, ' ', "", "");
}

static void references_explain(void)
{
	printf("\nMedians over the rounds; the ratio is the median of each round's own. References, measured in the same "
		   "round:\n"
		   "  A  locking and unlocking one robust process-shared mutex that nobody else wants, and copying 4 KiB\n"
		   "  B  open, read(2) and close of the same files, all of them in the page cache\n"
		   "  C  locking and unlocking one such mutex once for each domain of the world\n"
		   "  D  memcpy of the same number of bytes between two blocks of memory that were used before\n"
		   "  E  write(2) and fsync of the batch's bytes to one new file beside the store\n");
}

/* --- references ------------------------------------------------------------------------------------------------------- */

static pthread_mutex_t mutex;

static void mutex_make(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	must(pthread_mutex_init(&mutex, &attributes) == 0, "make a mutex", NULL);
	pthread_mutexattr_destroy(&attributes);
}

/* The compiler must not find out that nobody reads the copy. */
static void copy(void *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
	__asm__ volatile("" : : "r"(to) : "memory");
}

/* Nanoseconds for `count` pairs of lock and unlock, each with a copy of `bytes`. */
static double reference_locks(unsigned count, size_t bytes)
{
	static uint8_t from[PAGE], to[PAGE];
	uint64_t start = clock_mono_ns();
	for (unsigned i = 0; i < count; i++) {
		pthread_mutex_lock(&mutex);
		if (bytes > 0)
			copy(to, from, bytes);
		pthread_mutex_unlock(&mutex);
	}
	return (double)(clock_mono_ns() - start);
}

/* A pair of blocks that stays, as the room of the keeper's cut stays. */
struct blocks {
	size_t bytes;
	uint8_t *from, *to;
};

static struct blocks blocks_make(size_t bytes)
{
	return (struct blocks){.bytes = bytes, .from = memory(bytes), .to = memory(bytes)};
}

static void blocks_free(struct blocks *blocks)
{
	free(blocks->from);
	free(blocks->to);
}

static double reference_copy(const struct blocks *blocks)
{
	enum { TIMES = 3 };
	uint64_t start = clock_mono_ns();
	for (int i = 0; i < TIMES; i++)
		copy(blocks->to, blocks->from, blocks->bytes);
	return (double)(clock_mono_ns() - start) / TIMES;
}

static double reference_file(const char *directory, size_t bytes)
{
	char path[128];
	snprintf(path, sizeof path, "%s/reference", directory);
	uint8_t *from = memory(bytes);
	uint64_t start = clock_mono_ns();
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0, "make a file beside the store", NULL);
	for (size_t done = 0; done < bytes;) {
		ssize_t n = write(fd, from + done, bytes - done);
		must(n > 0, "write a file beside the store", NULL);
		done += (size_t)n;
	}
	must(fsync(fd) == 0, "sync a file beside the store", NULL);
	double ns = (double)(clock_mono_ns() - start);
	close(fd);
	unlink(path);
	free(from);
	return ns;
}

/* --- a world with players ---------------------------------------------------------------------------------------------- */

struct scene {
	struct tx tx;
	const char *name; /* "starter" */
	const char *root;
	struct config *config;
	const struct catalog *catalog;
	struct memory_segment segment;
	uint32_t players;  /* that are in the world, 1..players */
	struct place lane; /* he walks between this tile and its eastern neighbour */
	struct rng rng;
};

static void config_make(struct config *config, const char *players, const char *connections)
{
	struct problem why = {""};
	struct config_values *values = config_values_create();
	must(values != NULL, "have memory", NULL);
	bool good = players == NULL || (config_set_flag(values, "bench", "world.max_players", players, &why) &&
									config_set_flag(values, "bench", "limits.max_connections", connections, &why));
	must(good && config_finish(values, config, &why), "make the configuration", &why);
	config_values_destroy(&values);
}

static void scene_open(struct scene *scene)
{
	struct problem why = {""};
	struct world_limits limits;
	int fd = catalog_build(scene->root, NULL, &why);
	must(fd >= 0, "load the world", &why);
	scene->catalog = catalog_attach(fd, &why);
	close(fd);
	must(scene->catalog != NULL, "attach the catalog", &why);
	must(limits_world(&limits, scene->config, 1, catalog_map_max(scene->catalog), &why), "size the world", &why);
	limits.items = catalog_item_max(scene->catalog);
	memory_segment_open_with(&scene->segment, &limits);
	must(world_populate(&scene->segment.world, scene->catalog, &why), "fill the world", &why);
	tx_init(&scene->tx, &scene->segment.world, scene->catalog, scene->config);
	scene->tx.now_ms = clock_mono_ms();
	scene->tx.unix_s = clock_unix_s();
	rng_seed(&scene->rng, 1);
}

static void scene_close(struct scene *scene)
{
	tx_release(&scene->tx);
	memory_segment_close(&scene->segment);
	catalog_detach(&scene->catalog);
}

/* Letters only: "Pa", "Pb", ... in base 26. */
static struct text name_of(uint32_t number, char name[NAME_BYTES])
{
	unsigned length = 0;
	name[length++] = 'P';
	do {
		name[length++] = (char)('a' + number % 26);
		number /= 26;
	} while (number > 0);
	return (struct text){.bytes = name, .length = length};
}

struct arrival {
	struct scene *scene;
	struct place at;
};

static enum tx_verdict player_arrives(struct tx *tx, void *context)
{
	static const uint8_t dice[ATTRIBUTE_COUNT] = {18, 18, 18, 18, 18};
	const struct c2s_LOGIN_NEW_CHAR wish = {.class = CLASS_MAGE, .race = 1, .gender = 1, .home = 1, .head = 1};
	struct arrival *arrival = context;
	struct scene *scene = arrival->scene;
	char name[NAME_BYTES];
	uint32_t index = realm_reserve(tx, name_of(scene->players, name), (struct handle){0});
	if (index == 0)
		return TX_CANCEL;
	struct player *player = &tx->world->players[index]; /* realm_reserve touched it, and the body */
	creation_fill(player, scene->config, scene->catalog, &wish, dice, &scene->rng);
	player->id = index;
	player->state = PLAYER_LINGERING; /* nobody plays it */
	player->connection = (struct handle){0};
	SET(tx, tx->world->realm->players_in_world, tx->world->realm->players_in_world + 1);
	for (unsigned i = 0; i < BANK_SLOTS / 2; i++) /* some property, as who plays for weeks has */
		player->bank[i] = (struct stack){.item = (uint16_t)(i + 1), .amount = 100};
	ledger_add_player(tx, LEDGER_MINTED, player, 1);
	struct body *body = &tx->world->bodies[index];
	body->heading = HEADING_SOUTH;
	body->look = body->head = 1;
	body->weapon = body->shield = body->helmet = 2;
	presence_enter(tx, index, arrival->at, 0);
	return TX_COMMIT;
}

static void player_add(struct scene *scene, struct place at)
{
	struct arrival arrival = {.scene = scene, .at = at};
	uint32_t domains[2] = {at.map, scene->segment.world.realm_domain};
	must(tx_run(&scene->tx, domains, 2, player_arrives, &arrival) == TX_COMMIT, "bring a player into the world", NULL);
	scene->players++;
}

static bool place_is_good(const struct scene *scene, uint32_t map, int x, int y)
{
	return tile_is_legal(&scene->tx, map, x, y, WANT_LAND | WANT_NO_EXIT);
}

static bool place_is_lane(const struct scene *scene, int x, int y)
{
	return y == scene->lane.y && (x == scene->lane.x || x == scene->lane.x + 1);
}

/* Around the lane in squares that grow, until `wanted` players are in the world. */
static void crowd_gather(struct scene *scene, uint32_t wanted)
{
	for (int radius = 0; radius < MAP_SIDE; radius++) {
		for (int y = scene->lane.y - radius; y <= scene->lane.y + radius; y++) {
			bool edge = abs(y - scene->lane.y) == radius;
			for (int x = scene->lane.x - radius; x <= scene->lane.x + radius;
				 x += edge || radius == 0 ? 1 : 2 * radius) {
				if (scene->players >= wanted)
					return;
				if (place_is_lane(scene, x, y) || !place_is_good(scene, scene->lane.map, x, y))
					continue;
				player_add(scene, (struct place){.map = scene->lane.map, .x = (uint8_t)x, .y = (uint8_t)y});
			}
		}
	}
}

/* Tile by tile over all maps, so that the maps fill evenly. */
static void crowd_spread(struct scene *scene, uint32_t wanted)
{
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		int x = (int)(tile % MAP_SIDE) + 1, y = (int)(tile / MAP_SIDE) + 1;
		for (uint32_t map = 1; map <= catalog_map_max(scene->catalog); map++) {
			if (scene->players >= wanted)
				return;
			if (place_is_good(scene, map, x, y))
				player_add(scene, (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y});
		}
	}
}

/* --- a step ------------------------------------------------------------------------------------------------------------ */

static unsigned map_room(const struct scene *scene, uint32_t map)
{
	unsigned room = 0;
	for (int y = 1; y <= MAP_SIDE; y++) {
		for (int x = 1; x <= MAP_SIDE; x++)
			room += place_is_good(scene, map, x, y);
	}
	return room;
}

/* Two free neighbours nearest to the middle of the map, in one 9x9 cell or on both sides of a cell's border. */
static bool lane_find(struct scene *scene, uint32_t map, bool across)
{
	int best = MAP_SIDE * 2;
	for (int y = 1; y <= MAP_SIDE; y++) {
		for (int x = 1; x < MAP_SIDE; x++) {
			bool crosses = area_cell((unsigned)x) != area_cell((unsigned)x + 1);
			int far = abs(x - MAP_SIDE / 2) + abs(y - MAP_SIDE / 2);
			if (crosses != across || far >= best || !place_is_good(scene, map, x, y) ||
				!place_is_good(scene, map, x + 1, y))
				continue;
			best = far;
			scene->lane = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
		}
	}
	return best < MAP_SIDE * 2;
}

struct walk {
	struct actor me;
	struct c2s_packet packet;
};

static enum tx_verdict walk(struct tx *tx, void *context)
{
	const struct walk *walk = context;
	return rule_walk(tx, &walk->me, &walk->packet);
}

static enum tx_verdict nothing(struct tx *tx, void *context)
{
	(void)tx;
	(void)context;
	return TX_COMMIT;
}

static void empty_measure(struct scene *scene, unsigned domain_count)
{
	struct series series = {0};
	const uint32_t map = scene->lane.map;
	for (unsigned round = 0; round < STEP_ROUNDS; round++) {
		uint64_t start = clock_mono_ns();
		for (unsigned i = 0; i < STEPS; i++)
			tx_run(&scene->tx, &map, domain_count, nothing, NULL);
		double ns = (double)(clock_mono_ns() - start);
		series_add(&series, ns / STEPS, reference_locks(STEPS, PAGE) / STEPS);
	}
	row_add(&series, 'A', "%s: empty transaction, %s", scene->name,
			domain_count == 0 ? "nothing held" : "one map held");
}

/* The first player, who stands on the lane's west end, goes to and fro. Each step must be one: he stands where it leads. */
static void walk_measure(struct scene *scene, unsigned steps, const char *where)
{
	struct world *w = &scene->segment.world;
	struct series series = {0};
	struct walk walker = {.me = {.index = 1, .player = &w->players[1], .body = &w->bodies[1]}, .packet.id = C2S_WALK};
	const uint32_t map = scene->lane.map;
	unsigned refused = 0;
	for (unsigned round = 0; round < STEP_ROUNDS; round++) {
		uint64_t start = clock_mono_ns();
		for (unsigned i = 0; i < steps; i++) {
			walker.packet.WALK.heading = i % 2 == 0 ? HEADING_EAST : HEADING_WEST;
			scene->tx.now_ms += STEP_MS;
			tx_run(&scene->tx, &map, 1, walk, &walker);
			refused += w->bodies[1].x != scene->lane.x + (i % 2 == 0);
		}
		double ns = (double)(clock_mono_ns() - start);
		series_add(&series, ns / steps, reference_locks(STEPS, PAGE) / STEPS);
	}
	must(refused == 0, "walk: steps were refused", NULL);
	row_add(&series, 'A', "%s: step %s, %u on the map", scene->name, where, w->maps[map].players);
}

static void walks_measure(struct scene *scene, bool across)
{
	static const uint32_t crowds[] = {1, 100, 1000};
	uint32_t best = 0;
	unsigned most = 0;
	scene_open(scene);
	for (uint32_t map = 1; map <= catalog_map_max(scene->catalog); map++) {
		unsigned room = map_room(scene, map);
		if (room > most && lane_find(scene, map, across)) {
			most = room;
			best = map;
		}
	}
	must(best != 0 && lane_find(scene, best, across), "find a place for walking", NULL);
	if (!across) {
		empty_measure(scene, 0);
		empty_measure(scene, 1);
	}
	player_add(scene, scene->lane);
	for (unsigned i = 0; i < sizeof crowds / sizeof *crowds; i++) {
		crowd_gather(scene, crowds[i]);
		unsigned steps = across ? CROSSING_STEPS : STEPS;
		walk_measure(scene, steps, across ? "into another 9x9 cell" : "within a 9x9 cell");
	}
	scene_close(scene);
	scene->players = 0;
}

/* --- a tick -------------------------------------------------------------------------------------------------------------- */

/* What is due on all maps, as it comes due, for some time of the game: players spread over the maps, so that all are awake, and
 * the creatures that the files place. */
static void ticks_measure(struct scene *scene)
{
	struct world *w = &scene->segment.world;
	struct series series = {0};
	unsigned creatures = 0, maps = 0;
	scene_open(scene);
	crowd_spread(scene, TICK_PLAYERS);
	for (uint32_t map = 1; map <= w->limits.maps; map++) {
		creatures += w->maps[map].players > 0 ? w->maps[map].creatures : 0;
		maps += w->maps[map].players > 0;
	}
	for (unsigned round = 0; round < STEP_ROUNDS; round++) {
		unsigned ticks = 0;
		uint64_t until_ms = scene->tx.now_ms + TICK_ROUND_MS, start = clock_mono_ns();
		for (; scene->tx.now_ms < until_ms; scene->tx.now_ms += TICK_SHORTEST_MS) {
			for (uint32_t map = 1; map <= w->limits.maps; map++) {
				uint64_t due_ms = atomic_load(&w->tick_due_ms[map]);
				if (due_ms != 0 && due_ms <= scene->tx.now_ms)
					ticks += tx_run(&scene->tx, &map, 1, map_tick, &map) == TX_COMMIT;
			}
		}
		double ns = (double)(clock_mono_ns() - start);
		series_add(&series, ns / (ticks > 0 ? ticks : 1), reference_locks(STEPS, PAGE) / STEPS);
	}
	row_add(&series, 'A', "%s: tick of a map, of %u with %u players and %u creatures", scene->name, maps, TICK_PLAYERS,
			creatures);
	scene_close(scene);
	scene->players = 0;
}

/* --- the catalog --------------------------------------------------------------------------------------------------------- */

struct files {
	unsigned count;
	char *path[FILES_MAX];
};

static void files_add(struct files *files, const char *root, const struct folder *folder, const char *name)
{
	char label[FILE_LABEL_BYTES];
	const char *found = folder_find(folder, name);
	if (found == NULL || files->count == FILES_MAX)
		return;
	folder_label(folder, found, label);
	must(asprintf(&files->path[files->count++], "%s/%s", root, label) > 0, "have memory", NULL);
}

/* What catalog_build reads. */
static void files_list(struct files *files, const char *root, const struct catalog *catalog)
{
	static const char *const dat[] = {"Hechizos.dat",
									  "obj.dat",
									  "NPCs.dat",
									  "Balance.dat",
									  "ArmadurasFaccionarias.dat",
									  "ArmasHerrero.dat",
									  "ArmadurasHerrero.dat",
									  "ObjCarpintero.dat",
									  "Pretorianos.dat",
									  "Invokar.dat",
									  "Motd.ini",
									  "Help.dat",
									  "NombresInvalidos.txt",
									  "Map.dat",
									  "Ciudades.dat"};
	static const char *const endings[] = {"map", "inf", "dat"};
	struct problem why = {""};
	struct folder *top = folder_open(root, &why);
	struct folder *definitions = top != NULL ? folder_open_inside(top, "Dat", &why) : NULL;
	struct folder *maps = top != NULL ? folder_open_inside(top, "Maps", &why) : NULL;
	must(definitions != NULL && maps != NULL, "list the world's files", &why);
	for (unsigned i = 0; i < sizeof dat / sizeof *dat; i++)
		files_add(files, root, definitions, dat[i]);
	for (unsigned map = 1; map <= catalog_map_max(catalog); map++) {
		for (unsigned i = 0; i < 3 && catalog_map(catalog, map) != NULL; i++) {
			char name[32];
			snprintf(name, sizeof name, "Mapa%u.%s", map, endings[i]);
			files_add(files, root, maps, name);
		}
	}
	folder_close(&maps);
	folder_close(&definitions);
	folder_close(&top);
}

static double files_read(const struct files *files, uint8_t *buffer, uint64_t *bytes)
{
	*bytes = 0;
	uint64_t start = clock_mono_ns();
	for (unsigned i = 0; i < files->count; i++) {
		int fd = open(files->path[i], O_RDONLY | O_CLOEXEC);
		must(fd >= 0, "open a file of the world", NULL);
		for (ssize_t n; (n = read(fd, buffer, FILE_BYTES_MAX)) > 0;)
			*bytes += (uint64_t)n;
		close(fd);
	}
	return (double)(clock_mono_ns() - start);
}

static void catalog_measure(struct scene *scene)
{
	struct problem why = {""};
	struct series building = {0}, attaching = {0};
	static struct files files;
	files = (struct files){0};
	uint8_t *buffer = memory(FILE_BYTES_MAX);
	uint64_t bytes = 0;
	unsigned maps = 0;
	for (unsigned round = 0; round < CATALOG_ROUNDS; round++) {
		uint64_t start = clock_mono_ns();
		int fd = catalog_build(scene->root, NULL, &why);
		uint64_t built = clock_mono_ns();
		const struct catalog *catalog = fd >= 0 ? catalog_attach(fd, &why) : NULL;
		uint64_t attached = clock_mono_ns();
		must(catalog != NULL, "load the world", &why);
		if (round == 0) {
			files_list(&files, scene->root, catalog);
			for (unsigned map = 1; map <= catalog_map_max(catalog); map++)
				maps += catalog_map(catalog, map) != NULL;
		}
		catalog_detach(&catalog);
		close(fd);
		double reading = files_read(&files, buffer, &bytes);
		series_add(&building, (double)(built - start), reading);
		series_add(&attaching, (double)(attached - built), reading);
	}
	row_add(&building, 'B', "%s: build the catalog (%u maps, %u files, %.1f MiB)", scene->name, maps, files.count,
			(double)bytes / (1 << 20));
	row_add(&attaching, 'B', "%s: attach and check the catalog", scene->name);
	for (unsigned i = 0; i < files.count; i++)
		free(files.path[i]);
	free(buffer);
}

/* --- the keeper's cut ---------------------------------------------------------------------------------------------------- */

struct bench_store {
	char directory[64];
	struct loop *loop;
	struct jobs *jobs;
	struct store *store;
	struct keeper keeper;
};

/* As keeper_main.c has it: one job thread writes, the loop goes on. */
static void bench_store_open(struct bench_store *s, struct scene *scene)
{
	struct problem why = {""};
	struct store_options options = store_options_default();
	*s = (struct bench_store){.directory = "/tmp/argentum-bench-XXXXXX"};
	must(mkdtemp(s->directory) != NULL, "make a folder for the store", NULL);
	options.path = s->directory;
	options.map_mb = STORE_MAP_MB;
	s->loop = loop_create(&why);
	s->jobs = s->loop != NULL ? jobs_create(s->loop, 1, 64, &why) : NULL;
	must(s->jobs != NULL, "make a loop", &why);
	s->store = store_create(&options, STORE_WRITER, s->loop, s->jobs, &why);
	must(s->store != NULL &&
			 keeper_create(&s->keeper, &scene->segment.world, scene->catalog, scene->config, s->loop, s->store, &why),
		 "make a keeper", &why);
	must(keeper_restore(&s->keeper, &why), "claim the store", &why);
}

static void bench_store_close(struct bench_store *s)
{
	store_destroy(&s->store);
	keeper_destroy(&s->keeper);
	jobs_destroy(&s->jobs);
	loop_destroy(&s->loop);
	directory_remove(s->directory);
}

struct cut_times {
	double held_ns, encode_ns, write_ns;
};

/* One cut of a world in which every player has changed, until the store has acknowledged it. */
static struct cut_times cut_measure(struct bench_store *s, const struct scene *scene)
{
	struct world *w = s->keeper.world;
	for (uint32_t p = 1; p <= scene->players; p++) {
		w->players[p].experience++; /* each has learned something */
		w->players[p].experience++;
		w->players[p].version++;
	}
	uint64_t start = clock_mono_ns();
	keeper_cut(&s->keeper);
	uint64_t encoded = clock_mono_ns();
	while (s->keeper.writing)
		loop_turn(s->loop, 100);
	uint64_t written = clock_mono_ns();
	must(keeper_is_done(&s->keeper) && s->keeper.cut.player_count == scene->players, "save the players", NULL);
	double held = (double)atomic_load(&w->processes[w->slot].counters[COUNT_cut_held_us_last]) * 1e3;
	return (struct cut_times){held, (double)(encoded - start) - held, (double)(written - encoded)};
}

static double lock_everything_measure(struct keeper *keeper)
{
	uint64_t start = clock_mono_ns();
	tx_lock_everything(&keeper->tx);
	tx_unlock_everything(&keeper->tx);
	return (double)(clock_mono_ns() - start);
}

/* What the keeper's audit does while it holds all locks. */
static double audit_measure(struct keeper *keeper)
{
	static struct audit audit;
	uint64_t start = clock_mono_ns();
	game_audit(keeper->world, keeper->catalog, &keeper->audit.room, &audit);
	double took_ns = (double)(clock_mono_ns() - start);
	struct problem why = {""};
	if (audit.findings > 0)
		problem_set(&why, "%s", audit.text[0]);
	must(audit.findings == 0, "find the world sound", &why);
	return took_ns;
}

static void keeper_measure(struct scene *scene)
{
	struct series locking = {0}, holding = {0}, auditing = {0}, encoding = {0}, writing = {0}, first = {0};
	struct bench_store s;
	scene_open(scene);
	crowd_spread(scene, CROWD);
	bench_store_open(&s, scene);
	unsigned domains = 1;
	for (uint32_t map = 1; map <= s.keeper.world->limits.maps; map++)
		domains += s.keeper.world->maps[map].present != 0;

	/* The first cut finds an empty store, and no room for its copies: only its writing is of interest. */
	struct cut_times times = cut_measure(&s, scene);
	size_t first_bytes = store_batch_bytes(s.keeper.batch);
	series_add(&first, times.write_ns, reference_file(s.directory, first_bytes));
	cut_measure(&s, scene);
	size_t batch_bytes = store_batch_bytes(s.keeper.batch);
	struct blocks players = blocks_make(scene->players * (sizeof(struct player) + sizeof(struct cut_player)));
	struct blocks batch = blocks_make(batch_bytes);
	for (unsigned round = 0; round < CUT_ROUNDS; round++) {
		times = cut_measure(&s, scene);
		series_add(&locking, lock_everything_measure(&s.keeper), reference_locks(domains, 0));
		series_add(&holding, times.held_ns, reference_copy(&players));
		series_add(&auditing, audit_measure(&s.keeper), reference_copy(&players));
		series_add(&encoding, times.encode_ns, reference_copy(&batch));
		series_add(&writing, times.write_ns, reference_file(s.directory, batch_bytes));
	}
	row_add(&locking, 'C', "%s: lock and unlock everything (%u domains)", scene->name, domains);
	row_add(&holding, 'D', "%s: world locked: copy %u players, %.1f MiB", scene->name, scene->players,
			(double)players.bytes / (1 << 20));
	row_add(&auditing, 'D', "%s: world locked: audit of %u players and %u maps", scene->name, scene->players,
			domains - 1);
	row_add(&encoding, 'D', "%s: encode what changed of them, %.1f MiB", scene->name, (double)batch_bytes / (1 << 20));
	row_add(&writing, 'E', "%s: write that to the LMDB store", scene->name);
	row_add(&first, 'E', "%s: write all of them, %.1f MiB (once)", scene->name, (double)first_bytes / (1 << 20));
	blocks_free(&players);
	blocks_free(&batch);
	bench_store_close(&s);
	scene_close(scene);
	scene->players = 0;
}

/* --- memory ------------------------------------------------------------------------------------------------------------------ */

/* Bytes of the segment that one of them takes: what doubling their number adds, divided by it. `what` is in `limits`. */
static uint64_t bytes_for_one(const struct world_limits *limits, uint32_t *what)
{
	const uint32_t count = *what;
	uint64_t before = world_segment_size(limits);
	*what = count * 2;
	uint64_t after = world_segment_size(limits);
	*what = count;
	return (after - before) / count;
}

static void memory_measure(void)
{
	enum { MAPS = 290 };
	static struct config standard, large, twice;
	struct world_limits limits, more;
	struct problem why = {""};
	config_make(&standard, NULL, NULL);
	config_make(&large, "10000", "10000");
	config_make(&twice, "1000", "2000");
	unsigned workers = limits_workers(&standard);
	must(limits_world(&limits, &standard, workers, MAPS, &why), "size the world", &why);
	row_bytes(bytes_for_one(&limits, &limits.players), "memory: world segment, one player");
	row_bytes(bytes_for_one(&limits, &limits.creatures), "memory: world segment, one creature");
	row_bytes(bytes_for_one(&limits, &limits.maps), "memory: world segment, one map, its ring included");
	row_bytes(bytes_for_one(&limits, &limits.connections), "memory: world segment, one connection, input included");
	must(limits_world(&more, &twice, workers, MAPS, &why), "size the world", &why);
	row_bytes((world_segment_size(&more) - world_segment_size(&limits)) /
				  (uint64_t)(twice.limits.max_connections - standard.limits.max_connections),
			  "memory: the same with its share of the output chunks");
	row_bytes(world_segment_size(&limits), "memory: default: %u players, %u connections, %u maps, %u workers",
			  limits.players, limits.connections, limits.maps, limits.workers);
	must(limits_world(&limits, &large, workers, MAPS, &why), "size the world", &why);
	row_bytes(world_segment_size(&limits), "memory: large: %u players, %u connections, %u maps, %u workers",
			  limits.players, limits.connections, limits.maps, limits.workers);
}

/* --- all of it --------------------------------------------------------------------------------------------------------------- */

int main(void)
{
	static struct config config;
	struct problem why = {""};
	char starter[256];
	const char *build = getenv("ARGENTUM_BUILD"), *classic = getenv("ARGENTUM_CLASSIC");
	snprintf(starter, sizeof starter, "%s/world", build != NULL ? build : "build");
	struct scene scenes[2] = {{.name = "starter", .root = starter},
							  {.name = "classic", .root = classic != NULL ? classic : "../shared/classic"}};
	unsigned worlds = access(scenes[1].root, R_OK) == 0 ? 2 : 1;

	log_set_level(LOG_LEVEL_WARNING);
	must(text_catalog_load("", &why), "load the texts", &why);
	config_make(&config, "10000", "1000");
	mutex_make();
	row_print("what", "median", ' ', "reference", "ratio");
	for (unsigned i = 0; i < worlds; i++) {
		scenes[i].config = &config;
		walks_measure(&scenes[i], false);
		walks_measure(&scenes[i], true);
	}
	for (unsigned i = 0; i < worlds; i++)
		ticks_measure(&scenes[i]);
	for (unsigned i = 0; i < worlds; i++)
		catalog_measure(&scenes[i]);
	for (unsigned i = 0; i < worlds; i++)
		keeper_measure(&scenes[i]);
	memory_measure();
	references_explain();
	if (worlds == 1)
		printf("The classic world is not at \"%s\" (ARGENTUM_CLASSIC): only the starter world was measured.\n",
			   scenes[1].root);
	return 0;
}

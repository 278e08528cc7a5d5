/* layout.h - every structure of the world segment.
 *
 * What it is: the shared memory in which the game lives (design: "the world lives in shared memory, processes come and
 * go"). One memfd, mapped read-write by the workers and the keeper, never unmapped while they run. It holds no
 * pointers: only indices (0 = none), handles (index + generation) and offsets from its start.
 *
 * Who may write what is said above each structure. Unless it says otherwise a field is written under the lock of its
 * domain, inside a transaction, after tx_touch (tx.h). When a process dies its unfinished transaction is undone or
 * finished by whoever meets one of its locks, or by the newborn in its slot, before anything else.
 *
 * The layout is a promise to a program that is not written yet: layout.c lists every field, a fingerprint is computed
 * from that list, and a test pins it. Structures have no holes; reserves are zero and the next version takes from them. */
#ifndef ARGENTUM_WORLD_LAYOUT_H
#define ARGENTUM_WORLD_LAYOUT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/catalog/kinds.h"
#include "common/catalog/place.h"

enum {
	WORLD_LAYOUT_VERSION = 1,

	WORKERS_MAX = 32,
	SLOT_KEEPER = WORKERS_MAX, /* process slots: 0..31 workers, then the keeper */
	SLOT_SPARE,                /* tests and tools that run transactions of their own */
	PROCESS_SLOTS,

	INVENTORY_SLOTS = 30,
	INVENTORY_SLOTS_NORMAL = 20, /* without a backpack (rules-economy-social-admin.md 2.1) */
	BANK_SLOTS = 40,
	SPELL_SLOTS = 35,
	REPUTATION_COUNT = 6,

	STACK_MAX = 10000,
	GOLD_MAX = 90000000,

	NAME_BYTES = 32, /* Latin-1, terminated */
	EMAIL_BYTES = 104,
	DESCRIPTION_BYTES = 104,
	PASSWORD_HASH_BYTES = 160, /* PHC text of Argon2id, terminated */

	INPUT_BYTES = 8192,                 /* one connection's input that is not parsed yet */
	PACKET_MAX_BYTES = INPUT_BYTES / 2, /* a longer packet of a client closes its connection */
	CHUNK_BYTES = 2032,                 /* payload of one output chunk */

	MOTD_BYTES = 1024,
	KEPT_OUT_MOST = 64,

	FLOOD_ROOM = 16,      /* classes of flood limit (worker/game/flood.h), with room for more */
	ADDRESS_SET = 16,     /* records of addresses that one address can have: the least useful one gives way */
	ADDRESS_SPREAD = 4,   /* records per connection, so that a set does not run full of connected addresses */
	ADDRESS_EXTRA = 4096, /* and for those who are not connected any more */

	TX_DOMAINS_MAX = 4, /* two maps and the realm, and one to spare */
	RING_ENTRY_MAX = 32768,
};

/* --- who is who ------------------------------------------------------------------------------------------------------ */

/* A handle outlives its object safely: the generation no longer matches once the slot was used again. */
struct handle {
	uint32_t index; /* 0 = nobody */
	uint32_t generation;
};

/* --- processes --------------------------------------------------------------------------------------------------------- */

enum process_state { PROCESS_ABSENT, PROCESS_STARTING, PROCESS_READY, PROCESS_STOPPING };

/* What a process is about to do, noted before it does it; read by others only after its death. */
struct black_box {
	uint32_t connection; /* index, 0 = none */
	uint32_t connection_generation;
	uint32_t player;
	uint16_t packet; /* c2s id, or 0xffff for "not a packet" */
	uint16_t map;
	uint64_t since_ms; /* 0 = idle */
	char player_name[NAME_BYTES];
};

/* Live counters: one block per process, written by that process alone, summed by readers without a lock.
 * COUNTER(name, what it counts) */
#define COUNTERS(COUNTER)                                                                                              \
	COUNTER(connections_accepted, "connections accepted")                                                              \
	COUNTER(connections_closed, "connections closed")                                                                  \
	COUNTER(logins, "characters that entered the world")                                                               \
	COUNTER(logins_refused, "logins and creations refused")                                                            \
	COUNTER(characters_created, "characters created")                                                                  \
	COUNTER(packets_in, "packets received")                                                                            \
	COUNTER(packets_bad, "packets that no client sends")                                                               \
	COUNTER(packets_unruled, "packets whose rule does not exist yet")                                                  \
	COUNTER(packets_refused, "packets refused by phase, state or rate")                                                \
	COUNTER(packets_unsayable, "packets that the client's dialect cannot take, not sent")                              \
	COUNTER(bytes_in, "bytes received")                                                                                \
	COUNTER(bytes_out, "bytes sent")                                                                                   \
	COUNTER(sends, "send calls")                                                                                       \
	COUNTER(transactions, "transactions committed")                                                                    \
	COUNTER(rollbacks, "transactions rolled back")                                                                     \
	COUNTER(reruns, "transactions run again with more domains")                                                        \
	COUNTER(settled_back, "transactions of dead processes rolled back")                                                \
	COUNTER(settled_forward, "transactions of dead processes rolled forward")                                          \
	COUNTER(lock_waits, "locks that were not free at once")                                                            \
	COUNTER(lock_timeouts, "locks that were not free within a second")                                                 \
	COUNTER(ring_entries, "ring entries read")                                                                         \
	COUNTER(ring_laps, "times a reader was lapped")                                                                    \
	COUNTER(ring_overflows, "transactions whose messages did not fit a ring")                                          \
	COUNTER(resyncs, "players who were sent their surroundings anew")                                                  \
	COUNTER(wakeups_sent, "other processes woken")                                                                     \
	COUNTER(wakeups, "times woken by another process")                                                                 \
	COUNTER(turns, "turns of the event loop")                                                                          \
	COUNTER(map_ticks, "map ticks run")                                                                                \
	COUNTER(cuts, "consistent cuts written and acknowledged")                                                          \
	COUNTER(cuts_failed, "cuts that the store did not take at the first try")                                          \
	COUNTER(cut_records, "records written by cuts")                                                                    \
	COUNTER(cut_held_us_last, "microseconds all locks were held by the last cut")                                      \
	COUNTER(cut_held_us_max, "microseconds all locks were held by the longest cut")                                    \
	COUNTER(store_lag_ms, "age of the oldest change that is not durable yet, milliseconds")                            \
	COUNTER(audits, "audits of the world done")                                                                        \
	COUNTER(audit_findings, "things the audits found wrong")                                                           \
	COUNTER(audit_gold, "gold in the world at the last audit")                                                         \
	COUNTER(audit_items, "items in the world at the last audit")                                                       \
	COUNTER(gold_minted, "gold that came into the world")                                                              \
	COUNTER(gold_burned, "gold that left the world")                                                                   \
	COUNTER(items_minted, "items that came into the world")                                                            \
	COUNTER(items_burned, "items that left the world")                                                                 \
	COUNTER(refused_move, "packets refused for coming too fast: steps and turns")                                      \
	COUNTER(refused_talk, "the same: lines")                                                                           \
	COUNTER(refused_act, "the same: fighting, casting, working")                                                       \
	COUNTER(refused_use, "the same: using items")                                                                      \
	COUNTER(refused_goods, "the same: inventory and spell list")                                                       \
	COUNTER(refused_click, "the same: clicks on the map")                                                              \
	COUNTER(refused_trade, "the same: shops, banks, trade between players")                                            \
	COUNTER(refused_ask, "the same: questions")                                                                        \
	COUNTER(refused_social, "the same: guilds, parties, factions")                                                     \
	COUNTER(refused_command, "the same: commands of game masters")                                                     \
	COUNTER(refused_ping, "the same: pings")                                                                           \
	COUNTER(refused_before, "the same: dice and creations before the login")

enum counter_id {
#define COUNTER(name, what) COUNT_##name,
	COUNTERS(COUNTER)
#undef COUNTER
		COUNTER_COUNT
};

enum { COUNTER_ROOM = 64 };
_Static_assert((int)COUNTER_COUNT <= (int)COUNTER_ROOM, "more room for counters is needed");

/* What whoever publishes something for a process has to do. */
enum process_sleep {
	AWAKE,  /* nothing: it will see it */
	ASLEEP, /* it sleeps, or is about to: to wake it */
	DOZING, /* nothing: it looks by itself in a few milliseconds */
};

/* One process of the server. The process itself writes; the master sets pid, life and state at birth and death. */
struct process_slot {
	_Atomic int32_t pid;           /* 0 = nobody */
	_Atomic uint32_t life;         /* +1 at each birth in this slot; a settlement is for one life only */
	_Atomic uint32_t state;        /* enum process_state */
	_Atomic uint32_t asleep;       /* enum process_sleep */
	_Atomic uint64_t heartbeat_ms; /* monotonic; once per turn of its loop */
	_Atomic uint64_t born_ms;
	struct black_box black_box;
	_Atomic uint32_t coming; /* who came along from the former generation and is not in this world yet; until none is
	                          * anywhere, nobody's packets are run (session.h) */
	uint8_t reserve[20];
	_Atomic uint64_t counters[COUNTER_ROOM];
	pthread_mutex_t repair; /* robust; held while settling this slot's log */
	uint8_t reserve2[40];
};
_Static_assert(sizeof(struct process_slot) % 64 == 0, "processes do not share cache lines");

/* --- traffic ----------------------------------------------------------------------------------------------------------- */

/* What is counted together: each packet of a client by its id, and two more. */
enum traffic_row_id {
	TRAFFIC_PACKETS = 142,           /* room for the ids of clients' packets */
	TRAFFIC_TICKS = TRAFFIC_PACKETS, /* ticks of maps */
	TRAFFIC_OTHER,                   /* every other transaction: logins, leaving, snapshots ... */
	TRAFFIC_ROWS
};

enum {
	TRAFFIC_TOLD = 112,     /* room for the ids of the server's packets */
	TRAFFIC_BUCKETS = 25,   /* of times: up to 256 ns, 512 ns ... 2.1 s, and what is longer */
	TRAFFIC_FIRST_NS = 256, /* the end of the first bucket; each ends at twice that of the one before */
};

/* What came of one kind, and how long its transactions held locks. */
struct traffic_row {
	_Atomic uint64_t count; /* packets received; of TICKS and OTHER, transactions run */
	_Atomic uint64_t bytes; /* of those packets */
	_Atomic uint64_t held_ns;
	_Atomic uint64_t longest_ns;
	_Atomic uint64_t held[TRAFFIC_BUCKETS]; /* transactions that held locks, by how long */
	uint8_t reserve[24];
};
_Static_assert(sizeof(struct traffic_row) % 64 == 0, "a row takes as few cache lines as it can");

/* What clients were told with one kind of the server's packets. */
struct traffic_told {
	_Atomic uint64_t count; /* once for each client */
	_Atomic uint64_t bytes;
};

/* What one process slot received, held and told, in all its lives together (traffic.h). Written by its process alone, read by
 * everybody without a lock. */
struct traffic {
	struct traffic_row row[TRAFFIC_ROWS];
	struct traffic_told told[TRAFFIC_TOLD];
};
_Static_assert(sizeof(struct traffic) % 64 == 0, "processes do not share cache lines");

/* --- undo logs ----------------------------------------------------------------------------------------------------------- */

enum undo_state { UNDO_IDLE, UNDO_ACTIVE, UNDO_COMMITTED };

/* A published ring head that belongs to a commit. */
struct undo_publish {
	uint64_t head;
	uint32_t domain;
	uint32_t reserve;
};

/* The undo log of one process slot. Written by its process only; by the settler once that process is dead.
 * The records follow: struct undo_record, the old bytes, padding to 8, and a uint64_t with the size of all that. */
struct undo_log {
	_Atomic uint32_t state; /* enum undo_state; the commit is the one store of UNDO_COMMITTED */
	uint32_t life;          /* of the process that writes it */
	_Atomic uint64_t used;  /* bytes of whole records */
	uint32_t publishes;
	uint32_t reserve;
	struct undo_publish publish[TX_DOMAINS_MAX];
	uint8_t reserve2[40];
};
_Static_assert(sizeof(struct undo_log) % 64 == 0, "records begin aligned");

struct undo_record {
	uint64_t offset; /* in the segment */
	uint64_t length;
};

/* --- the keeper's note ----------------------------------------------------------------------------------------------------- */

enum store_state { STORE_NOT_ASKED, STORE_UP, STORE_DOES_NOT_ANSWER, STORE_REFUSES, STORE_TAKEN_OVER };

enum { KEEPER_REASON_BYTES = 256 };

/* How it stands with the store: for whoever asks, and for the keeper's successor (keeper_note.h). Written by the keeper
 * alone, without a lock. Times are monotonic. */
struct keeper_note {
	_Atomic uint32_t sequence; /* odd while state and reason are written */
	_Atomic uint32_t state;    /* enum store_state */
	_Atomic uint64_t state_since_ms;
	_Atomic uint64_t generation;       /* of the last claim that was answered; 0 = never claimed */
	_Atomic uint64_t acknowledged;     /* the newest cut that was acknowledged */
	_Atomic uint64_t durable_ms;       /* all that happened before is durable; 0 = nothing of this world is */
	_Atomic uint64_t unsaved_since_ms; /* the oldest change that a cut saw and the store did not take; 0 = none */
	uint8_t kin[16];                   /* boot id of another world of this server (keeper_note_follow); 0 = none */
	char reason[KEEPER_REASON_BYTES];  /* why the store is not up; terminated */
};
_Static_assert(sizeof(struct keeper_note) % 8 == 0, "no holes");

/* --- the ledger ------------------------------------------------------------------------------------------------------------ */

/* What one process slot did to the amount of one item in the world, in all its lives together (ledger.h). Written by the slot's
 * process, inside the transaction that changes the amount; read under every lock. */
struct ledger_row {
	int64_t minted;   /* units that came into being */
	int64_t burned;   /* that ceased to be */
	int64_t turned;   /* that became it out of another item, less those that became another (doors) */
	int64_t restored; /* that came from the store or the map files, less those that only the store has now */
};

enum { AUDIT_TEXTS = 24, AUDIT_TEXT_BYTES = 160 };

/* There are two: of the last audit, and of the last that was asked for (those that the server does by itself come between). */
enum { REPORT_LAST, REPORT_ASKED, AUDIT_REPORTS };

/* What an audit found, for whoever asks. Written by the keeper alone, without a lock: `sequence` is odd while it
 * writes, and what a reader copied counts when it was even and the same before and afterwards. */
struct audit_report {
	_Atomic uint32_t sequence;
	uint32_t number;           /* +1 with each complete report */
	uint32_t request;          /* the last that was answered */
	uint32_t findings;         /* also beyond the texts kept; those of the store included */
	uint32_t store_findings;   /* of them, those in the store */
	uint32_t held_us;          /* all locks were held */
	int64_t unix_s;            /* when it was done */
	uint32_t players;          /* in the world */
	uint32_t creatures;        /* in the world */
	uint64_t gold, items;      /* in the world */
	int64_t store_unix_s;      /* when the store was looked at last; 0 = never. The figures of the store are of then: */
	uint64_t store_gold;       /* characters, banks and grounds in the store; grounds that it has no word of included */
	uint64_t store_items;      /* the same */
	uint32_t store_characters; /* with property in the store */
	uint32_t store_unknown;    /* slots and stacks there that this world cannot hold */
	uint32_t store_ms;         /* the store was walked through */
	uint8_t store_looked;      /* 1 = this time; 0 = it was not asked for, or could not be */
	uint8_t accepted;          /* 1 = what differed in the store was accepted */
	uint8_t reserve[2];
	char text[AUDIT_TEXTS][AUDIT_TEXT_BYTES]; /* Latin-1, terminated */
};
_Static_assert(sizeof(struct audit_report) % 8 == 0, "no holes");

/* --- domains and their rings --------------------------------------------------------------------------------------------- */

/* A ring: what happened on a map (or in the realm), in one order for everybody. Entries are appended under the domain's
 * lock and read without it (ring.h). Positions are bytes since the beginning of time; they never wrap. */
struct ring {
	_Atomic uint64_t announced; /* bytes before this may be being written; head <= announced */
	_Atomic uint64_t head;      /* bytes before this are published */
	_Atomic uint64_t followers; /* bit per worker slot that reads this ring */
	uint64_t data;              /* offset of its bytes in the segment */
	uint64_t size;              /* bytes, a power of two */
	uint8_t reserve[24];
};

/* Head of an entry in a ring; `bytes` of payload follow. Kinds and flags: ring.h. */
struct note {
	uint32_t size;    /* of the whole entry, a multiple of 8; set by tx_append */
	uint16_t kind;    /* enum note_kind */
	uint16_t bytes;   /* payload */
	uint32_t subject; /* player index */
	uint32_t but;     /* player index who is left out, 0 = nobody */
	uint8_t x, y, second_x, second_y;
	uint8_t second; /* enum note_second */
	uint8_t flags;  /* enum note_flag */
	uint16_t object;
	struct handle connection;
	uint64_t position;
};

/* Something that is locked as a whole: a map (index = its number), or the realm (the last index). */
struct domain {
	pthread_mutex_t lock;    /* process-shared, robust, error-checking; taken in ascending index order */
	_Atomic uint64_t holder; /* who holds it: life << 8 | process slot + 1; 0 = nobody. Set after locking, cleared
	                                * before unlocking: says whose log to settle when the lock's owner died */
	uint8_t reserve[16];
	struct ring ring;
};
_Static_assert(sizeof(struct domain) % 64 == 0, "domains do not share cache lines");

/* --- maps ---------------------------------------------------------------------------------------------------------------- */

struct stack {
	uint16_t item;   /* 0 = nothing */
	uint16_t amount; /* 1..STACK_MAX */
};

enum { HOARD_SLOTS = 20 };

/* What thieves among a map's creatures took and did not give back yet (worker/game/hoard.h): of the map as its ground is, saved with
 * it, and lying on it when the world begins anew. */
struct hoard {
	struct stack stacks[HOARD_SLOTS];
	uint8_t x, y; /* where something was taken last; 0 = nothing ever was */
	uint8_t reserve[6];
};

/* What changes on a map. Tile index = (y - 1) * 100 + (x - 1). Written under the map's lock. */
struct map_state {
	uint64_t tick_last_ms;
	uint64_t
		ground_version;    /* +1 at each change of ground, hoard or doors; the keeper compares it with what it saved */
	uint32_t players;      /* characters of players on this map */
	uint32_t first_player; /* body index; linked through body.next_on_map */
	uint32_t creatures;
	uint32_t present;        /* 1 = the catalog has this map */
	uint32_t first_creature; /* body index; linked through body.next_on_map too */
	uint32_t first_waiting;  /* creatures of this map that wait to appear again: linked through body.next_on_map, on no
	                          * map, but this map's (origin_map) */
	uint64_t guards_due_ms;  /* guards that were led away return to their posts then; 0 = it was not set yet */
	uint8_t clan_side;       /* where the praetorian clan stands (worker/game/praetorians.h) */
	uint8_t reserve[7];
	struct hoard hoard;
	uint16_t occupant[MAP_TILES]; /* body index, 0 = free */
	struct stack ground[MAP_TILES];
	uint8_t blocked[MAP_TILES / 8 + 6]; /* bit per tile; from the terrain, changed by doors */
};
_Static_assert(sizeof(struct map_state) % 8 == 0, "maps are aligned");

/* --- bodies ---------------------------------------------------------------------------------------------------------------- */

enum body_kind { BODY_NONE, BODY_PLAYER, BODY_CREATURE };

enum body_flag {
	BODY_GHOST = 1 << 0,
	BODY_HIDDEN = 1 << 1,
	BODY_INVISIBLE = 1 << 2,
	BODY_ADMIN_INVISIBLE = 1 << 3,
	BODY_SAILING = 1 << 4,
	BODY_PARALYSED = 1 << 5,
	BODY_IMMOBILISED = 1 << 6,
	BODY_MEDITATING = 1 << 7,
	BODY_RESTING = 1 << 8,
	BODY_NAKED = 1 << 9,
};

/* Something that stands on a tile. Its index is its char_index on the wire: players 1..max_players (the same index as
 * their struct player), creatures behind them. Written under the lock of .map; while .map is 0, under the realm's. */
struct body {
	uint32_t generation; /* +1 each time the slot is given out */
	uint16_t map;        /* 0 = nowhere */
	uint8_t x, y;        /* 1..100 */
	uint8_t heading;     /* 1 north, 2 east, 3 south, 4 west */
	uint8_t kind;        /* enum body_kind */
	uint16_t creature;   /* number in the catalog; 0 for players */
	uint32_t flags;      /* enum body_flag */
	int16_t look;        /* the wire's "body" */
	int16_t head;
	int16_t weapon, shield, helmet; /* animations; 2 = none */
	int16_t fx;                     /* lasting effect, 0 = none */
	int16_t fx_loops;
	uint16_t reserve0;
	uint32_t next_on_map, previous_on_map; /* players of one map, or its creatures */
	int32_t hp, hp_max;                    /* creatures; players have theirs in struct player */
	uint8_t origin_x, origin_y;            /* creatures: where they were placed */
	uint16_t origin_map;
	uint8_t reserve[12];
};
_Static_assert(sizeof(struct body) == 64, "one body, one cache line");

/* --- creatures --------------------------------------------------------------------------------------------------------------- */

enum { PATH_STEPS = 30 }; /* longest way a creature looks for (rules-life-combat-magic.md 16.4) */

/* What a creature is about (worker/game/creature.h); beside the body of the same creature. Written under the lock of the map
 * where the body stands, or waits to appear again (origin_map); under the realm's while it is free. Those that the map's files
 * place keep their body for the segment's life; pets, summoned ones and a trainer's get one from the free list. */
struct creature {
	struct handle master; /* player whose pet it is; index 0 = nobody's */
	struct handle maker;  /* the trainer (a creature) that called it */
	struct handle target; /* body it is after: a player's or a creature's */
	struct handle owner;  /* player who has the right to fight it (12.7) */
	uint64_t owned_until_ms;
	uint64_t act_due_ms;    /* its next beat; while it waits: when it appears again */
	uint64_t strike_due_ms; /* may strike or cast from then on */
	uint64_t freed_ms;      /* paralysis or immobility ends; 0 = neither */
	uint64_t dies_ms;       /* a summoned one leaves; 0 = it stays */
	uint32_t attacker_id;   /* account of who attacked it last; 0 = nobody */
	int32_t experience;     /* left of what it gives */
	uint8_t placed;         /* 1 = the map's files place it */
	uint8_t respawns;
	uint8_t movement; /* enum movement: now */
	uint8_t hostile;  /* now */
	uint8_t tamed;    /* of a pet: 1 = tamed, 0 = summoned */
	uint8_t path_length, path_next;
	uint8_t stage;              /* of a creature with a plan of its own (praetorians) */
	uint8_t path[PATH_STEPS];   /* headings */
	uint8_t path_x, path_y;     /* where it leads */
	uint16_t counter;           /* the same plan's */
	uint8_t center_x, center_y; /* of its clan */
	uint8_t poisoned;           /* it takes no harm from it, but praetorians cure their own (17) */
	uint8_t reserve[3];
};
_Static_assert(sizeof(struct creature) == 128, "a creature takes two cache lines");

/* --- players ----------------------------------------------------------------------------------------------------------------- */

enum player_state {
	PLAYER_FREE,
	PLAYER_RESERVED,  /* the name is taken while the record is looked for in the store; owner: .reserver */
	PLAYER_PLAYING,   /* in the world, with a connection */
	PLAYER_LINGERING, /* in the world, its connection was lost: it stays for the classic grace time */
	PLAYER_GONE,      /* left the world; waits here until the cut with its departure is durable */
};

enum equipment_place {
	EQUIP_WEAPON,
	EQUIP_ARMOUR,
	EQUIP_HELMET,
	EQUIP_SHIELD,
	EQUIP_RING,
	EQUIP_AMMUNITION,
	EQUIP_BOAT,
	EQUIP_BACKPACK,
	EQUIP_COUNT
};

enum reputation {
	REPUTATION_ASSASSIN,
	REPUTATION_BANDIT,
	REPUTATION_BOURGEOIS,
	REPUTATION_THIEF,
	REPUTATION_NOBLE,
	REPUTATION_PLEBEIAN
};

/* Privileges as the wire has them (protocol.md 6.7). */
enum privilege {
	PRIVILEGE_USER = 1,
	PRIVILEGE_COUNSELLOR = 2,
	PRIVILEGE_DEMIGOD = 4,
	PRIVILEGE_GOD = 8,
	PRIVILEGE_ADMIN = 16,
	PRIVILEGE_ROLE_MASTER = 32,
	PRIVILEGE_CHAOS_COUNCIL = 64,
	PRIVILEGE_ROYAL_COUNCIL = 128,
	PRIVILEGE_STAFF =
		PRIVILEGE_COUNSELLOR | PRIVILEGE_DEMIGOD | PRIVILEGE_GOD | PRIVILEGE_ADMIN | PRIVILEGE_ROLE_MASTER,
};

/* What a player pointed at last (rules-economy-social-admin.md 0.4). Never trusted: looked up again at use. */
struct target {
	struct handle user, creature;
	uint16_t map;
	uint8_t x, y;
	uint16_t object; /* item on the ground, 0 = none */
	uint8_t object_x, object_y;
};

/* What time does to a player (worker/game/effects.h): each has a moment at which it is due. */
enum effect {
	EFFECT_HEAL,
	EFFECT_STAMINA,
	EFFECT_HUNGER,
	EFFECT_THIRST,
	EFFECT_POISON,
	EFFECT_COLD,
	EFFECT_LAVA,
	EFFECT_PARALYSIS, /* or immobility: ends */
	EFFECT_SENSES,    /* blindness and stupidity end */
	EFFECT_INVISIBILITY,
	EFFECT_HIDING,
	EFFECT_MIMICRY,
	EFFECT_ATTRIBUTES, /* strength and agility become what they are */
	EFFECT_ATTACKABLE,
	EFFECT_MEDITATION,
	EFFECT_HOME,            /* the way home is over */
	EFFECT_JAIL,            /* a minute of it */
	EFFECT_BLOCKING,        /* stands in a passage */
	EFFECT_PARALISER_WATCH, /* whether who paralysed him is still about */
	EFFECT_COUNT,
	EFFECT_ROOM = 24,
};

/* When the player did last what has intervals (worker/game/gates.h); monotonic ms, 0 = never. */
struct gates {
	uint64_t cast_ms, strike_ms, shot_ms;
	uint64_t cast_strike_ms, strike_cast_ms; /* the combination was used then */
	uint64_t use_ms, work_ms;
};

enum { PETS_MOST = 3, VICTIMS_KEPT = 8 };

/* Somebody he killed not long ago: it counts once (12.8). */
struct victim {
	uint32_t id;       /* account */
	uint32_t killed_s; /* monotonic */
};

/* A body's appearance. */
struct looks {
	int16_t look, head, weapon, shield, helmet;
	uint16_t reserve;
};

/* A character. Written under the lock of the map where its body stands; when it stands nowhere (RESERVED, GONE), under
 * the realm's. Name, id and state change only under both. The keeper copies it whole when `version` moved. */
struct player {
	/* identity */
	uint32_t generation;                  /* +1 each time the slot is given out */
	uint32_t id;                          /* account id in the store */
	uint8_t state;                        /* enum player_state */
	uint8_t privileges;                   /* enum privilege */
	uint8_t class_id, race, gender, home; /* 1.. as on the wire */
	uint8_t name_length;
	uint8_t account_new;      /* 1 = the account was never written to the store yet */
	struct handle connection; /* who plays it; index 0 while lingering or gone */
	uint32_t reserver;        /* RESERVED: process slot + 1, with .connection */
	uint32_t reserver_life;
	uint64_t version; /* +1 at each change of this struct that must become durable */
	uint64_t name_hash;
	char name[NAME_BYTES];
	char password_hash[PASSWORD_HASH_BYTES];
	char email[EMAIL_BYTES];
	char description[DESCRIPTION_BYTES];
	int64_t created_unix_s;

	/* vitals */
	int32_t experience, experience_next; /* inside the level; needed for the next */
	int32_t gold, bank_gold;
	int16_t hp, hp_max, mana, mana_max, stamina, stamina_max;
	int16_t hit_min, hit_max;
	uint8_t level, thirst, hunger; /* thirst and hunger: 0..100, 100 = none felt (the classic "water" and "food") */
	uint8_t thirst_max, hunger_max;
	uint8_t charset;      /* chosen by the player, enum charset + 1; 0 = the server's */
	int16_t skill_points; /* free */

	/* abilities */
	uint8_t attributes[ATTRIBUTE_COUNT];     /* base values */
	uint8_t attributes_now[ATTRIBUTE_COUNT]; /* with potions and spells */
	uint8_t skills[SKILL_COUNT];             /* 0..100 */
	uint8_t skills_assigned;                 /* points assigned by hand */
	uint8_t safe_mode, resuscitation_safe;
	uint8_t dead;
	uint8_t paralysed; /* durable: he was when he left */
	uint8_t poisoned;
	int32_t skill_experience[SKILL_COUNT];
	uint16_t spells[SPELL_SLOTS];
	int16_t head;                  /* the living head; a ghost's body shows another */
	uint16_t surface_map;          /* the last that was no dungeon (14.6); 0 = none yet */
	uint16_t pet_kinds[PETS_MOST]; /* creature numbers of tamed pets, also of those that wait outside; 0 = none */

	/* property */
	struct stack inventory[INVENTORY_SLOTS];
	struct stack bank[BANK_SLOTS];
	uint8_t equipment[EQUIP_COUNT]; /* slot 1..30 worn at each place, 0 = none */

	/* standing */
	int32_t reputation[REPUTATION_COUNT]; /* 0..6,000,000 */
	int32_t citizens_killed, criminals_killed, creatures_killed;
	int32_t jail_minutes;
	uint16_t guild; /* 0 = none */
	uint8_t royal_army, chaos_legion;
	uint32_t played_s; /* before this session */
	int32_t players_killed;
	int64_t session_unix_s; /* when this session began */

	/* how things stand now; not durable */
	uint64_t logout_due_ms; /* 0 = not leaving */
	uint64_t got_up_ms; /* by a step, from rest or meditation: which it was not, nor are the next ones for a while */
	uint64_t walk_credit_ms;   /* token bucket: time up to which steps are paid (game/walk.c) */
	uint64_t speed_batch_ms;   /* speed check: when this batch of steps began */
	uint64_t speed_offence_ms; /* first offence remembered, 0 = none */
	uint64_t position_request_ms;
	uint64_t flood_told_ms;  /* when he was told last that he is too fast (game/flood.c) */
	uint64_t last_active_ms; /* last packet: idle time-out */
	uint64_t protected_until_ms;
	struct target target;
	uint32_t speed_steps;
	uint16_t last_message; /* repeated refusals are said once */
	uint8_t trading;       /* kind of window open, 0 = none */
	uint8_t logout_said_s; /* countdown second said last */
	uint8_t chat_red, chat_green, chat_blue;
	uint8_t travelling; /* on his way home as a ghost */
	uint16_t spell;     /* chosen, to be cast with the next click; 0 = none */
	uint8_t blind, stupid;
	/* slots whose text in the store names an item that this world does not have: left as they are while empty here */
	uint32_t inventory_unknown; /* bit per slot */
	uint32_t place_tells;       /* +1 each time he is told where he is (game/presence.c) */
	uint64_t bank_unknown;
	uint64_t flood_paid_ms[FLOOD_ROOM]; /* token buckets, one per class of packets (game/flood.c) */

	uint64_t effects_due_ms;             /* the earliest of the next; 0 = none */
	uint64_t effect_due_ms[EFFECT_ROOM]; /* enum effect; 0 = not under way */
	struct gates gates;
	struct handle paraliser;       /* body of who paralysed him */
	struct handle hunter;          /* creature that attacks him */
	struct handle owned;           /* creature that he has the right to fight */
	struct handle shares;          /* player who may fight it too */
	struct handle pets[PETS_MOST]; /* bodies of those that are with him; same places as pet_kinds */
	uint32_t attackable_by;        /* account that may attack him as if he were a criminal; 0 = none */
	struct victim victims[VICTIMS_KEPT];
	struct looks mimicked; /* what he looks like, while mimicking */
	uint8_t mimicking;
	uint8_t ignored;        /* creatures take the mimicking druid for one of theirs */
	uint8_t blocking_count; /* checks in a row that found him in a passage */
	uint8_t meditation_told;
	uint8_t victim_next;      /* of victims: written next */
	uint8_t invisible_before; /* the spell's invisibility ran out once in this session (10.7) */
	uint8_t macro_logged;     /* his client said in this session that it repeats spells by itself */
	uint8_t reserve5[1];
	uint8_t reserve[96];
};
_Static_assert(sizeof(struct player) % 64 == 0, "players do not share cache lines");

/* --- the realm ----------------------------------------------------------------------------------------------------------------- */

/* What an address may do only so often within some time (worker/address.c). */
enum address_limit {
	ADDRESS_LOGINS,          /* logins and creations that were looked at, per minute */
	ADDRESS_WRONG_PASSWORDS, /* per minute */
	ADDRESS_CREATIONS,       /* new characters, per hour */
	ADDRESS_LIMITS
};

/* An account whose packets killed workers (worker/blame.h). */
struct kept_out {
	uint32_t account;             /* 0 = free */
	uint32_t blames;              /* in a row */
	uint64_t blamed_ms, until_ms; /* monotonic: the last one; no login before */
};

/* Counts from its first deed on until the time of its limit is over. */
struct address_window {
	uint32_t start_s; /* monotonic */
	uint32_t count;   /* 0 = none under way */
};

/* What one address (an IPv6 network) has and did. Written under the realm's lock. A record that counts connections stays
 * where it is; others give way to newcomers. */
struct address {
	uint8_t prefix[16];
	uint32_t connections;     /* open ones */
	uint32_t attempts;        /* of them, with a login or creation under way */
	uint64_t connect_paid_ms; /* token bucket: new connections */
	uint64_t used_ms;         /* last deed; 0 = the record was never used */
	struct address_window windows[ADDRESS_LIMITS];
};
_Static_assert(sizeof(struct address) == 64, "one address, one cache line");

/* Whether the balances (ledger.h) are those of the store. */
enum balance_state {
	BALANCE_NONE, /* not read yet */
	BALANCE_OPEN, /* they are */
	BALANCE_ANEW, /* the store lost what it had: they are to be taken from it once it has what is in the world */
};

/* What belongs to no map: names, the free lists. Written under the realm's lock. */
struct realm {
	uint32_t next_account_id; /* the last id given out, as accounts:counter in the store */
	uint32_t players_in_world;
	uint32_t players_most;
	uint32_t free_first, free_count; /* FIFO of player slots: a char index rests as long as possible before reuse */
	uint32_t free_creature_first, free_creature_count; /* the same of creatures that no map's files place */
	uint32_t names_mask;                               /* size of the name table - 1 */
	uint64_t version;                                  /* +1 at each change that must become durable */
	uint8_t closed_to_players;                         /* 1 = only staff may enter */
	uint8_t restored;                                  /* 1 = grounds and doors were read from the store */
	uint16_t motd_length;                              /* bytes of motd; 0 = the catalog's lines are shown */
	struct place start; /* where new characters, and those whose place does not exist any more, appear */
	uint32_t returning; /* bit per worker slot that has not taken its clients over from the former generation yet: until
	                     * all have, nobody else gets a name. Set by who makes the segment; read without lock */
	uint32_t connections; /* open ones: those that an address counts */
	uint32_t attempts;    /* of them, with a login or creation under way */
	uint8_t balance;      /* enum balance_state */
	uint8_t raining;      /* read without lock */
	uint8_t night;        /* the same */
	uint8_t reserve[1];
	uint64_t weather_due_ms;   /* next look at the sky */
	uint64_t weather_since_ms; /* it rains, or is dry, since */
	struct kept_out kept_out[KEPT_OUT_MOST];
	char motd[MOTD_BYTES]; /* Latin-1, lines separated by LF; from the store's server:motd */
};
_Static_assert(sizeof(struct realm) % 8 == 0, "the tables behind it are aligned");

/* --- connections ----------------------------------------------------------------------------------------------------------------- */

enum connection_phase {
	CONNECTION_FREE,
	CONNECTION_NEW,      /* nothing but dice, creation and login are understood */
	CONNECTION_CHECKING, /* a login or creation waits for the store or for a password check; input waits */
	CONNECTION_PLAYING,
	CONNECTION_CLOSING, /* what is queued is sent, then the write side is shut and the rest is read and thrown away */
};

/* Flags that the client flips without being told a value (protocol.md 4.3): what it believes now. */
enum client_toggle {
	TOGGLE_NAVIGATE = 1,
	TOGGLE_PAUSE = 2,
	TOGGLE_REST = 4,
	TOGGLE_MEDITATE = 8,
	TOGGLE_PARALYSED = 16,
	TOGGLE_RAIN = 32, /* the realm's, the others are the player's */
};

/* Where a connection comes from; beside the connections, close together, because they are searched. Written by the
 * connection's owner; .record under the realm's lock. */
struct peer {
	uint8_t address[16]; /* IPv6, or IPv4 mapped into it */
	uint32_t record;     /* of its address, which counts this connection; 0 = it is not counted */
	uint32_t reserve;
};

/* What the client was sent when it came into the world. */
enum client_greeted {
	GREETED_NOT,    /* nothing yet */
	GREETED_HERE,   /* what a newcomer gets */
	GREETED_BEFORE, /* that too, but in a former generation of the world: what it knows is of that one */
};

/* What a connection was told so far: its output, and how far in the rings that output goes. There are two: the next
 * state is written into the idle one and made valid by the one store of `cursor_active`, so that output, ring positions
 * and view always move together, whatever happens to the process. */
struct connection_cursor {
	uint64_t map_position;   /* of view_map's ring: entries before this were dealt with */
	uint64_t realm_position; /* of the realm's ring */
	uint64_t view_from;      /* entries of view_map's ring about the view, before this, were part of a snapshot */
	uint64_t appended;       /* bytes ever appended */
	uint64_t place_behind;   /* the stream's bytes before this tell it where it is, the last of them last */
	uint32_t place_tells;    /* player.place_tells, as far as the output goes */
	uint32_t reserve;
	uint32_t tail;                    /* last chunk, 0 = no chunk */
	uint32_t tail_used;               /* bytes used in it */
	uint16_t view_map;                /* 0 = no view yet */
	uint8_t view_cell_x, view_cell_y; /* 9x9 cell, 0..11 */
	uint8_t toggles;                  /* enum client_toggle: what the client believes */
	uint8_t greeted;                  /* enum client_greeted */
	uint16_t next_map;                /* view_map is 0: the map whose ring has its entry, from map_position on */
};

/* The unparsed part of the input. Both ends move together in one store when the bytes are moved to the front, so that a
 * process may die at any instant: the bytes are copied first (never onto themselves, PACKET_MAX_BYTES is half the
 * buffer), then the span is stored. */
struct input_span {
	_Alignas(8) uint32_t start;
	uint32_t end;
};

/* A client's connection. Written by the worker that owns it, without a lock; by its successor when that one died.
 * `input.start` and what else a packet changes here belong to the transaction (tx_touch). */
struct connection {
	_Atomic uint32_t owner; /* process slot + 1; 0 = free. Taken by compare-and-swap, given back last */
	uint32_t generation;    /* +1 each time the slot is given out */
	uint8_t phase;          /* enum connection_phase */
	uint8_t charset;        /* enum charset */
	uint8_t dialect;        /* enum dialect */
	uint8_t close_reason;   /* enum close_reason, once CLOSING */
	uint8_t dice_rolled;
	uint8_t dice[ATTRIBUTE_COUNT];
	uint16_t port;
	int32_t fd; /* number in the owner's table of descriptors */
	struct handle player;
	uint32_t segment_bytes; /* most bytes of whole packets in one send */
	uint32_t attempt;       /* a login or creation is under way: the limit it holds, enum address_limit + 1; 0 = none */
	uint64_t accepted_ms;
	uint64_t phase_ms; /* since when in this phase */
	uint64_t input_ms; /* last whole packet received */
	uint64_t sent_ms;  /* last send */

	/* input: bytes [input.start, input.end) of `input_bytes` wait; the first of them is byte number `consumed` of the
	 * stream. What the kernel gave us beyond that and we did not write down, TCP_INFO tells. */
	uint64_t consumed;
	struct input_span input;

	/* output: a chain of chunks; byte number `sent` of the stream is the first that was not sent. Before each send the
	 * end of the piece (whole packets) is noted, so that whoever goes on finishes a piece that was taken only in part. */
	uint64_t sent;
	uint64_t piece_end;
	uint64_t acked_base;            /* what TCP_INFO said had been acknowledged at accept */
	uint32_t output_first;          /* chunk that holds byte `sent`, or an earlier one that is to be given back */
	_Atomic uint32_t cursor_active; /* which cursor is valid: 0 or 1 */
	struct connection_cursor cursor[2];
	uint32_t attempt_start_s; /* the window from which its token is; both under the realm's lock too */
	/* CHECKING: the account whose character played on this connection in the former generation and comes back; 0 = an
	 * ordinary login. `player` then is the slot that is reserved for it. */
	uint32_t returns_id;
	uint64_t dice_paid_ms; /* token buckets before the login */
	uint64_t creation_paid_ms;
	uint64_t told_ms;            /* when it was told last that it is too fast */
	uint64_t returns_leaving_ms; /* with returns_id: its player was leaving, until then; 0 = he was not */
	/* Which of the cursor's place_behind was sent, the last of them, and which it has heard (dispatch.c); and when it was sent,
	 * input before this byte of its stream was there already. */
	uint64_t place_sent, place_heard;
	uint64_t place_input;
	uint8_t reserve[8];
	uint8_t input_bytes[INPUT_BYTES];
};
_Static_assert(sizeof(struct connection) % 64 == 0, "connections do not share cache lines");

/* A piece of unsent output. Belongs to the worker whose share of the pool it is in. */
struct chunk {
	uint32_t next; /* 0 = last; not valid in the tail of a chain */
	uint32_t reserve;
	uint64_t position; /* of its first byte in the connection's stream; all but the tail are full */
	uint8_t bytes[CHUNK_BYTES];
};
_Static_assert(sizeof(struct chunk) == 2048, "chunks fill pages");

/* --- the segment ------------------------------------------------------------------------------------------------------------------- */

/* What the segment was made for; fixed for its life. */
struct world_limits {
	uint32_t maps; /* highest map number */
	uint32_t players;
	uint32_t creatures;
	uint32_t connections;
	uint32_t chunks;  /* of one worker */
	uint32_t workers; /* most worker slots that may be used */
	uint32_t map_ring_bytes, realm_ring_bytes;
	uint32_t undo_bytes; /* records of one process */
	uint32_t items;      /* highest item number */
};

enum region_id {
	WORLD_REGION_PROCESSES,
	WORLD_REGION_UNDO,
	WORLD_REGION_DOMAINS,
	WORLD_REGION_MAPS,
	WORLD_REGION_TICKS, /* _Atomic uint64_t each, by map: when its next tick is due, monotonic ms; 0 = asleep: nobody there needs
	                     * ticks. Written under the map's lock, read without; close together, since all are looked at often */
	WORLD_REGION_BODIES,
	WORLD_REGION_PLAYERS,
	WORLD_REGION_REALM,
	WORLD_REGION_KEEPER_NOTE,
	WORLD_REGION_CREATURES,      /* index = body index - limits.players; 0 is nobody */
	WORLD_REGION_FREE_PLAYERS,   /* uint32_t each */
	WORLD_REGION_FREE_CREATURES, /* uint32_t each: body index */
	WORLD_REGION_NAMES,          /* uint32_t each: player index, 0 = empty */
	WORLD_REGION_CONNECTIONS,
	WORLD_REGION_PEERS,
	WORLD_REGION_ADDRESSES, /* a hash table of sets; index 0 is nobody */
	WORLD_REGION_READERS,   /* uint64_t each: ring position of worker w in domain d, at w * domains + d */
	WORLD_REGION_CHUNKS,
	WORLD_REGION_LEDGER,   /* of each process slot: limits.items + 1 times struct ledger_row */
	WORLD_REGION_BALANCES, /* int64_t each, by item (ledger.h) */
	WORLD_REGION_AUDIT,    /* struct audit_report each: AUDIT_REPORTS */
	WORLD_REGION_TRAFFIC,  /* of each process slot: struct traffic */
	WORLD_REGION_RINGS,
	WORLD_REGION_COUNT
};

struct region {
	uint64_t offset;
	uint64_t stride; /* bytes of one element */
	uint64_t count;
};

enum world_state { WORLD_EMPTY, WORLD_BUILDING, WORLD_READY };

#define WORLD_MAGIC "ARGWORLD"

struct world_header {
	char magic[8];
	uint32_t layout_version;
	_Atomic uint32_t state; /* enum world_state, published last */
	uint64_t fingerprint;   /* world_fingerprint() of the program that made it */
	uint64_t size;          /* bytes of the whole segment */
	uint8_t boot_id[16];    /* of this life of the world */
	uint64_t catalog_hash;  /* of the catalog its maps were made from */
	int64_t started_unix_s;
	uint64_t seed;
	struct world_limits limits;
	uint32_t reserve0[2];
	struct region regions[WORLD_REGION_COUNT];
	uint8_t reserve[32];
};
_Static_assert(sizeof(struct world_header) % 64 == 0, "the first region is aligned");

/* --- the list of all of it ------------------------------------------------------------------------------------------------------------ */

struct layout_field {
	const char *structure;
	const char *field;
	uint32_t offset;
	uint32_t size;
	uint32_t structure_size;
};

/* Every field of every structure above, in order; for the fingerprint and for the test that no field is missing. */
const struct layout_field *layout_fields(unsigned *count);

/* FNV-1a over the list and the constants that shape the segment. */
uint64_t world_fingerprint(void);

/* Goes into the fingerprint: only for test programs that shall look as if they had another layout. 0 in what is shipped. */
extern uint32_t world_fingerprint_salt;

#endif

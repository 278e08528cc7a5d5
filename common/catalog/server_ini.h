/* server_ini.h - what a classic Server.ini says (formats.md 16), for the configuration to show and to import.
 *
 * A plain value owned by the caller (some 25 KB). Nothing here takes effect by itself: in particular the names of game
 * masters are those of another server's staff, and nobody may get rights from them without the operator's word. */
#ifndef ARGENTUM_CATALOG_SERVER_INI_H
#define ARGENTUM_CATALOG_SERVER_INI_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/catalog/place.h"
#include "common/catalog/warnings.h"

/* A table is read by eye: */
/* clang-format off */
/* id                 section       key                              lowest    highest  usual  unit or meaning */
#define SERVER_INI_NUMBERS(X)                                                                                                  \
	X(PORT,              "INIT",       "StartPort",                     1,     65535,  7666, "TCP port")                       \
	X(MAX_USERS,         "INIT",       "MaxUsers",                      0, INT16_MAX,   550, "players at a time")              \
	X(ALLOW_MULTI_LOGINS, "INIT",       "AllowMultiLogins",              0,       255,     1, "0 = one character per address") \
	X(IDLE_LIMIT,        "INIT",       "IdleLimit",                     0, INT16_MAX,     5, "minutes")                        \
	X(FROM_BACKUP,       "INIT",       "IniciarDesdeBackUp",            0,       255,     0, "1 = maps from WorldBackup")      \
	X(CREATION,          "INIT",       "PuedeCrearPersonajes",          0, INT32_MAX,     1, "0 = no new characters")          \
	X(STAFF_ONLY,        "INIT",       "ServerSoloGMs",                 0, INT32_MAX,     0, "1 = staff only")                 \
	X(TESTING,           "INIT",       "Testing",                       0, INT32_MAX,     0, "1 = test server")                \
	X(PRAETORIAN_MAP,    "INIT",       "MapaPretoriano",                0, INT16_MAX,   163, "map of the praetorians")         \
	X(RECORD_USERS,      "INIT",       "Record",                        0, INT32_MAX,   548, "most players ever")              \
	X(HEAL,              "INTERVALOS", "SanaIntervaloSinDescansar",     0, INT32_MAX,  1600, "ticks of 40 ms")                 \
	X(HEAL_RESTING,      "INTERVALOS", "SanaIntervaloDescansar",        0, INT32_MAX,   100, "ticks of 40 ms")                 \
	X(STAMINA,           "INTERVALOS", "StaminaIntervaloSinDescansar",  0, INT32_MAX,    10, "ticks of 40 ms")                 \
	X(STAMINA_RESTING,   "INTERVALOS", "StaminaIntervaloDescansar",     0, INT32_MAX,     5, "ticks of 40 ms")                 \
	X(THIRST,            "INTERVALOS", "IntervaloSed",                  0, INT32_MAX,  6000, "ticks of 40 ms")                 \
	X(HUNGER,            "INTERVALOS", "IntervaloHambre",               0, INT32_MAX,  6500, "ticks of 40 ms")                 \
	X(POISON,            "INTERVALOS", "IntervaloVeneno",               0, INT32_MAX,   500, "ticks of 40 ms")                 \
	X(PARALYSIS,         "INTERVALOS", "IntervaloParalizado",           0, INT32_MAX,   500, "ticks of 40 ms")                 \
	X(INVISIBILITY,      "INTERVALOS", "IntervaloInvisible",            0, INT32_MAX,   500, "ticks of 40 ms")                 \
	X(HIDING,            "INTERVALOS", "IntervaloOculto",               0, INT32_MAX,   500, "ticks of 40 ms")                 \
	X(COLD,              "INTERVALOS", "IntervaloFrio",                 0, INT32_MAX,    15, "ticks of 40 ms; also lava")      \
	X(SUMMON_LIFE,       "INTERVALOS", "IntervaloInvocacion",           0, INT32_MAX,  1001, "ticks of 40 ms")                 \
	X(LOGIN_TIMEOUT,     "INTERVALOS", "IntervaloParaConexion",         0, INT32_MAX,  3000, "ticks of 40 ms")                 \
	X(LEAVING,           "INTERVALOS", "IntervaloCerrarConexion",       0, INT32_MAX,    10, "seconds in an unsafe map")       \
	X(CAST,              "INTERVALOS", "IntervaloLanzaHechizo",         0, INT32_MAX,  1400, "ms, spell to spell")             \
	X(STRIKE,            "INTERVALOS", "IntervaloUserPuedeAtacar",      0, INT32_MAX,  1500, "ms, blow to blow")               \
	X(CAST_TO_STRIKE,    "INTERVALOS", "IntervaloMagiaGolpe",           0, INT32_MAX,  1000, "ms, spell to blow")              \
	X(STRIKE_TO_CAST,    "INTERVALOS", "IntervaloGolpeMagia",           0, INT32_MAX,  1000, "ms, blow to spell")              \
	X(STRIKE_TO_USE,     "INTERVALOS", "IntervaloGolpeUsar",            0, INT32_MAX,  1200, "ms, blow to use")                \
	X(USE,               "INTERVALOS", "IntervaloUserPuedeUsar",        0, INT32_MAX,   125, "ms, use to use")                 \
	X(ARROW,             "INTERVALOS", "IntervaloFlechasCazadores",     0, INT32_MAX,  1400, "ms, arrow to arrow")             \
	X(WORK,              "INTERVALOS", "IntervaloTrabajo",              0, INT32_MAX,   700, "ms")                             \
	X(CREATURE_BEAT,     "INTERVALOS", "IntervaloNpcAI",                0, INT32_MAX,   380, "ms")                             \
	X(CREATURE_STRIKE,   "INTERVALOS", "IntervaloNpcPuedeAtacar",       0, INT32_MAX,  1600, "ms")                             \
	X(RAIN_STAMINA,      "INTERVALOS", "IntervaloPerdidaStaminaLluvia", 0, INT32_MAX,  9999, "ms")                             \
	X(WORLD_SAVE,        "INTERVALOS", "IntervaloWS",                   0, INT32_MAX,   180, "minutes; below 60 becomes 180")  \
	X(USER_SAVE,         "INTERVALOS", "IntervaloGuardarUsuarios",      0, INT32_MAX,   180, "minutes")                        \
	X(SOUNDS,            "INTERVALOS", "IntervaloWAVFX",                0, INT32_MAX,   190, "read, unused")
/* clang-format on */

#define SERVER_INI_ID(id, section, key, low, high, classic, meaning) SERVER_INI_##id,
enum server_ini_number { SERVER_INI_NUMBERS(SERVER_INI_ID) SERVER_INI_NUMBER_COUNT };
#undef SERVER_INI_ID

struct server_ini_key {
	const char *section, *key;
	int32_t low, high;
	int32_t classic; /* the value of the 0.13 release: the default where the file says nothing */
	const char *meaning;
};
extern const struct server_ini_key server_ini_keys[SERVER_INI_NUMBER_COUNT];

enum server_ini_list {
	SERVER_INI_ADMINS,       /* Admines */
	SERVER_INI_GODS,         /* Dioses */
	SERVER_INI_SPECIALS,     /* Especiales */
	SERVER_INI_DEMIGODS,     /* SemiDioses */
	SERVER_INI_COUNSELLORS,  /* Consejeros */
	SERVER_INI_ROLE_MASTERS, /* RolesMasters */
	SERVER_INI_LIST_COUNT
};

enum { SERVER_INI_NAMES_MAX = 128, SERVER_INI_NAME_BYTES = 32 };

struct server_ini {
	bool found;                              /* the file was there */
	uint64_t present;                        /* bit i: number[i] stands in the file */
	int32_t number[SERVER_INI_NUMBER_COUNT]; /* the classic value where the file says nothing */
	char version[SERVER_INI_NAME_BYTES];     /* "0.13.0"; "" = absent */
	bool has_start;
	struct place start;     /* StartPos */
	uint32_t lists_present; /* bit i: the count of list i stands in the file */
	unsigned name_count[SERVER_INI_LIST_COUNT];
	char name[SERVER_INI_LIST_COUNT][SERVER_INI_NAMES_MAX][SERVER_INI_NAME_BYTES]; /* upper case, Latin-1 */
};

/* Reads <root>/Server.ini. An absent file is good: nothing is present then. false with `why` when it is refused. */
bool server_ini_read(const char *root, struct server_ini *ini, struct catalog_warnings *warnings, struct problem *why);

static inline bool server_ini_has(const struct server_ini *ini, enum server_ini_number id)
{
	return (ini->present >> id & 1) != 0;
}

#endif

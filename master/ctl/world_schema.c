#include "master/ctl/world_schema.h"

#include <string.h>

#include "master/ctl/world_source.h"

/* Column by column: name, kind, low, high, words, flags, most. */
#define TEXT(name, bytes, flags)                                                                                       \
	{                                                                                                                  \
		name, VALUE_TEXT, 0, bytes, NULL, flags, 0                                                                     \
	}
#define TEXTS(name, bytes, most)                                                                                       \
	{                                                                                                                  \
		name, VALUE_TEXT, 0, bytes, NULL, 0, most                                                                      \
	}
#define INT(name, low, high)                                                                                           \
	{                                                                                                                  \
		name, VALUE_INTEGER, low, high, NULL, 0, 0                                                                     \
	}
#define INT_NEEDED(name, low, high)                                                                                    \
	{                                                                                                                  \
		name, VALUE_INTEGER, low, high, NULL, KEY_NEEDED, 0                                                            \
	}
#define FLAG(name)                                                                                                     \
	{                                                                                                                  \
		name, VALUE_INTEGER, 0, 1, NULL, 0, 0                                                                          \
	}
#define WORD(name, words)                                                                                              \
	{                                                                                                                  \
		name, VALUE_WORD, 0, 0, words, 0, 0                                                                            \
	}
#define WORDS(name, words, most)                                                                                       \
	{                                                                                                                  \
		name, VALUE_WORD, 0, 0, words, 0, most                                                                         \
	}
#define ITEM(name)                                                                                                     \
	{                                                                                                                  \
		name, VALUE_ITEM, 1, 10000, NULL, 0, 0                                                                         \
	}
#define ITEM_NEEDED(name)                                                                                              \
	{                                                                                                                  \
		name, VALUE_ITEM, 1, 10000, NULL, KEY_NEEDED, 0                                                                \
	}
#define CREATURE_GAPS(name, most)                                                                                      \
	{                                                                                                                  \
		name, VALUE_CREATURE, 1, 10000, NULL, KEY_GAPS, most                                                           \
	}
#define CREATURES(name, most)                                                                                          \
	{                                                                                                                  \
		name, VALUE_CREATURE, 1, 10000, NULL, 0, most                                                                  \
	}
#define SPELL(name)                                                                                                    \
	{                                                                                                                  \
		name, VALUE_SPELL, 1, 10000, NULL, 0, 0                                                                        \
	}
#define SPELLS(name, most)                                                                                             \
	{                                                                                                                  \
		name, VALUE_SPELL, 1, 10000, NULL, 0, most                                                                     \
	}
#define STOCK(name, most)                                                                                              \
	{                                                                                                                  \
		name, VALUE_STOCK, 1, 10000, NULL, 0, most                                                                     \
	}
#define DROPS(name, most)                                                                                              \
	{                                                                                                                  \
		name, VALUE_STOCK, 1, 10000, NULL, KEY_GAPS, most                                                              \
	}
#define COUNTED(name, key)                                                                                             \
	{                                                                                                                  \
		name, VALUE_COUNTED, 0, 0, key, 0, 0                                                                           \
	}
#define DECIMAL(name, low, high)                                                                                       \
	{                                                                                                                  \
		name, VALUE_DECIMAL, low, high, NULL, KEY_NEEDED, 0                                                            \
	}
#define FACTOR(name)                                                                                                   \
	{                                                                                                                  \
		name, VALUE_DECIMAL, 0, 100, NULL, KEY_NEEDED, 0                                                               \
	} /* 0 would be a disaster */
#define PLACE(name)                                                                                                    \
	{                                                                                                                  \
		name, VALUE_PLACE, 0, 0, NULL, 0, 0                                                                            \
	}

#define INT16      32767
#define INT32      INT32_MAX
#define LENGTH(a)  (sizeof(a) / sizeof((a)[0]))
#define KEYS(keys) (keys), LENGTH(keys)

#define CLASS_WORDS "MAGO CLERIGO GUERRERO ASESINO LADRON BARDO DRUIDA BANDIDO PALADIN CAZADOR TRABAJADOR PIRATA"

/* --- obj.dat: formats.md 6 ----------------------------------------------------------------------------------------- */

static const struct key_rule item_keys[] = {
	TEXT("Name", 40, KEY_NEEDED),
	INT_NEEDED("ObjType", 1, 38),
	INT_NEEDED("GrhIndex", 0, INT16),
	FLAG("Newbie"),
	FLAG("Log"),
	FLAG("NoLog"),
	INT("NumRopaje", 1, 548),
	SPELL("HechizoIndex"),
	ITEM("LingoteIndex"),
	ITEM("MineralIndex"),
	FLAG("Mujer"),
	FLAG("Hombre"),
	INT("MinHam", 0, 100),
	INT("MinAgu", 0, 100),
	INT("MinST", 0, 999),
	INT("MinDef", 0, 999),
	INT("MaxDef", 0, 999),
	FLAG("RazaEnana"),
	FLAG("RazaDrow"),
	INT("Valor", 0, INT32),
	FLAG("Crucial"),
	FLAG("Abierta"),
	FLAG("Llave"),
	INT("Clave", 0, INT32),
	TEXT("Texto", 400, 0),
	INT("VGrande", 0, INT16),
	FLAG("Agarrable"),
	TEXT("ID", 30, 0),
	FLAG("Acuchilla"),
	FLAG("Guante"),
	WORDS("CP#", CLASS_WORDS, 12),
	INT("DefensaMagicaMin", 0, 999),
	INT("DefensaMagicaMax", 0, 999),
	INT("SkCarpinteria", 1, 100),
	INT("Madera", 0, INT16),
	INT("MaderaElfica", 0, INT16),
	FLAG("NoSeCae"),
	ITEM("Upgrade"),
	INT("Anim", 1, 76),
	INT("RazaEnanaAnim", 1, 76),
	INT("MinHIT", 0, 999),
	INT("MaxHIT", 0, 999),
	FLAG("Apu\xF1"
		 "ala"),
	FLAG("Envenena"),
	FLAG("Paraliza"),
	FLAG("Proyectil"),
	FLAG("Municiones"),
	INT("StaffPower", 0, 2),
	INT("StaffDamageBonus", 0, 999),
	INT("Refuerzo", 0, 999),
	INT("LingH", 0, INT16),
	INT("LingP", 0, INT16),
	INT("LingO", 0, INT16),
	INT("SkHerreria", 1, 100),
	FLAG("Real"),
	FLAG("Caos"),
	INT("SND1", 1, 9999),
	INT("SND2", 1, 9999),
	INT("SND3", 1, 9999),
	INT("MinSkill", 0, 100),
	ITEM("IndexAbierta"),
	ITEM("IndexCerrada"),
	ITEM("IndexCerradaLlave"),
	INT("TipoPocion", 1, 6),
	INT("MinModificador", 0, INT16),
	INT("MaxModificador", 0, INT16),
	INT("DuracionEfecto", 0, INT32),
	INT("Radio", 0, 6),
	INT("MochilaType", 1, 2),
};
static const struct section_rule item_sections[] = {{"OBJ#", KEYS(item_keys), 0, 10000}};

/* --- NPCs.dat: formats.md 7 ---------------------------------------------------------------------------------------- */

static const struct key_rule creature_keys[] = {
	TEXT("Name", 40, KEY_NEEDED),
	TEXT("Desc", 255, 0),
	INT("NpcType", 0, 11),
	INT_NEEDED("Body", 1, 548),
	INT("Head", 0, 514),
	INT("Heading", 1, 4),
	WORD("Movement", "0 1 2 3 4 5 6 8 9 10 20 21 22 23 24"),
	FLAG("Attackable"),
	FLAG("Hostile"),
	FLAG("Comercia"),
	INT("TipoItems", 1, 1000),
	COUNTED("NROITEMS", "Obj#"),
	STOCK("Obj#", 20),
	FLAG("InvReSpawn"),
	DROPS("Drop#", 5),
	INT("GiveEXP", 0, INT32),
	INT("GiveGLD", 0, INT32),
	INT("MinHP", 1, INT32),
	INT("MaxHP", 1, INT32),
	INT("MinHIT", 0, INT16),
	INT("MaxHIT", 0, INT16),
	INT("DEF", 0, INT16),
	INT("DEFm", 0, INT16),
	INT("PoderAtaque", 0, INT32),
	INT("PoderEvasion", 0, INT32),
	WORD("Alineacion", "0 1 2 4"),
	INT("Domable", 0, INT16),
	FLAG("Veneno"),
	FLAG("AguaValida"),
	FLAG("TierraInvalida"),
	FLAG("Faccion"),
	FLAG("AtacaDoble"),
	FLAG("AfectaParalisis"),
	COUNTED("LanzaSpells", "Sp#"),
	SPELLS("Sp#", 20),
	COUNTED("NroCriaturas", "CI#"),
	CREATURES("CI#", 20),
	TEXTS("CN#", 30, 20),
	INT("Snd1", 1, 9999),
	INT("Snd2", 1, 9999),
	INT("Snd3", 1, 9999),
	COUNTED("NROEXP", "Exp#"),
	TEXTS("Exp#", 100, 10),
	FLAG("ReSpawn"),
	FLAG("BackUp"),
	FLAG("PosOrig"),
	FLAG("OrigPos"),
	INT("Ciudad", 1, 6),
};
static const struct section_rule creature_sections[] = {{"NPC#", KEYS(creature_keys), 0, 10000}};

/* --- Hechizos.dat: formats.md 9 ------------------------------------------------------------------------------------ */

static const struct key_rule spell_keys[] = {
	TEXT("Nombre", 40, KEY_NEEDED),
	TEXT("Desc", 255, KEY_NEEDED),
	TEXT("PalabrasMagicas", 60, 0),
	TEXT("HechizeroMsg", 120, 0),
	TEXT("TargetMsg", 120, 0),
	TEXT("PropioMsg", 120, 0),
	WORD("Tipo", "0 1 2 4"),
	INT("WAV", 0, 9999),
	INT("FXgrh", 0, 35),
	INT("Loops", 0, 255),
	INT("SubeHP", 0, 2),
	INT("MinHP", 0, 9999),
	INT("MaxHP", 0, 9999),
	INT("SubeMana", 0, 2),
	INT("MinMana", 0, 9999),
	INT("MaxMana", 0, 9999),
	INT("SubeSta", 0, 2),
	INT("MinSta", 0, 9999),
	INT("MaxSta", 0, 9999),
	INT("SubeHam", 0, 2),
	INT("MinHam", 0, 100),
	INT("MaxHam", 0, 100),
	INT("SubeSed", 0, 2),
	INT("MinSed", 0, 100),
	INT("MaxSed", 0, 100),
	INT("SubeAG", 0, 2),
	INT("MinAG", 0, 40),
	INT("MaxAG", 0, 40),
	INT("SubeFU", 0, 2),
	INT("MinFU", 0, 40),
	INT("MaxFU", 0, 40),
	INT("SubeCA", 0, 2),
	INT("MinCA", 0, 40),
	INT("MaxCA", 0, 40),
	FLAG("Invisibilidad"),
	FLAG("Paraliza"),
	FLAG("Inmoviliza"),
	FLAG("RemoverParalisis"),
	FLAG("RemoverEstupidez"),
	FLAG("RemueveInvisibilidadParcial"),
	FLAG("CuraVeneno"),
	FLAG("Envenena"),
	FLAG("Revivir"),
	FLAG("Ceguera"),
	FLAG("Estupidez"),
	FLAG("Mimetiza"),
	FLAG("Warp"),
	FLAG("Invoca"),
	{"NumNpc", VALUE_CREATURE, 1, 10000, NULL, 0, 0},
	INT("Cant", 1, 10),
	INT("Target", 0, 4),
	INT("MinSkill", 0, 101),
	INT("ManaRequerido", 0, 9999),
	INT("StaRequerido", 0, 999),
	INT("NeedStaff", 0, 2),
	FLAG("StaffAffected"),
};
static const struct section_rule spell_sections[] = {{"HECHIZO#", KEYS(spell_keys), 0, 255}};

/* --- Balance.dat: formats.md 10; all 159 keys ------------------------------------------------------------------------ */

#define RACE_KEYS(race)                                                                                                \
	INT_NEEDED(race "Fuerza", -20, 20), INT_NEEDED(race "Agilidad", -20, 20),                                          \
		INT_NEEDED(race "Inteligencia", -20, 20), INT_NEEDED(race "Carisma", -20, 20),                                 \
		INT_NEEDED(race "Constitucion", -20, 20)

static const struct key_rule race_keys[] = {
	RACE_KEYS("Humano"), RACE_KEYS("Elfo"), RACE_KEYS("Drow"), RACE_KEYS("Gnomo"), RACE_KEYS("Enano"),
};
static const struct key_rule class_keys[] = {
	FACTOR("Mago"),   FACTOR("Clerigo"), FACTOR("Guerrero"), FACTOR("Asesino"), FACTOR("Ladron"),     FACTOR("Bardo"),
	FACTOR("Druida"), FACTOR("Bandido"), FACTOR("Paladin"),  FACTOR("Cazador"), FACTOR("Trabajador"), FACTOR("Pirata"),
};
static const struct key_rule distribution_keys[] = {
	INT_NEEDED("E1", 0, 100), INT_NEEDED("E2", 0, 100), INT_NEEDED("E3", 0, 100),
	INT_NEEDED("E4", 0, 100), INT_NEEDED("E5", 0, 100), INT_NEEDED("S1", 0, 100),
	INT_NEEDED("S2", 0, 100), INT_NEEDED("S3", 0, 100), INT_NEEDED("S4", 0, 100),
};
static const struct key_rule extra_keys[] = {INT_NEEDED("PorcentajeRecuperoMana", 0, 100)};
static const struct key_rule party_keys[] = {DECIMAL("ExponenteNivelParty", 0, 10)};
static const struct key_rule rank_keys[] = {
	INT_NEEDED("Rango1", 0, INT32),  INT_NEEDED("Rango2", 0, INT32),  INT_NEEDED("Rango3", 0, INT32),
	INT_NEEDED("Rango4", 0, INT32),  INT_NEEDED("Rango5", 0, INT32),  INT_NEEDED("Rango6", 0, INT32),
	INT_NEEDED("Rango7", 0, INT32),  INT_NEEDED("Rango8", 0, INT32),  INT_NEEDED("Rango9", 0, INT32),
	INT_NEEDED("Rango10", 0, INT32), INT_NEEDED("Rango11", 0, INT32), INT_NEEDED("Rango12", 0, INT32),
	INT_NEEDED("Rango13", 0, INT32), INT_NEEDED("Rango14", 0, INT32), INT_NEEDED("Rango15", 0, INT32),
};
static const struct section_rule balance_sections[] = {
	{"MODRAZA", KEYS(race_keys), SECTION_NEEDED, 0},
	{"MODEVASION", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODATAQUEARMAS", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODATAQUEPROYECTILES", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODATAQUEWRESTLING", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODDA\xD1OARMAS", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODDA\xD1OPROYECTILES", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODDA\xD1OWRESTLING", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODESCUDO", KEYS(class_keys), SECTION_NEEDED, 0},
	{"MODVIDA", KEYS(class_keys), SECTION_NEEDED, 0},
	{"DISTRIBUCION", KEYS(distribution_keys), SECTION_NEEDED, 0},
	{"EXTRA", KEYS(extra_keys), SECTION_NEEDED, 0},
	{"PARTY", KEYS(party_keys), SECTION_NEEDED, 0},
	{"RECOMPENSAFACCION", KEYS(rank_keys), SECTION_NEEDED, 0},
};

/* --- cities and lists: formats.md 11-13, 15 -------------------------------------------------------------------------- */

static const struct key_rule city_keys[] = {INT_NEEDED("Mapa", 1, 290), INT_NEEDED("X", 9, 92), INT_NEEDED("Y", 7, 94)};
static const struct section_rule city_sections[] = {
	{"Ullathorpe", KEYS(city_keys), SECTION_NEEDED, 0}, {"Nix", KEYS(city_keys), SECTION_NEEDED, 0},
	{"Banderbill", KEYS(city_keys), SECTION_NEEDED, 0}, {"Lindos", KEYS(city_keys), SECTION_NEEDED, 0},
	{"Arghal", KEYS(city_keys), SECTION_NEEDED, 0},     {"Arkhein", KEYS(city_keys), SECTION_NEEDED, 0},
	{"Nemahuak", KEYS(city_keys), SECTION_NEEDED, 0},
};

static const struct key_rule index_keys[] = {ITEM_NEEDED("Index")};
static const struct section_rule weapon_recipes[] = {{"Arma#", KEYS(index_keys), SECTION_CONTIGUOUS, 500}};
static const struct section_rule armour_recipes[] = {{"Armadura#", KEYS(index_keys), SECTION_CONTIGUOUS, 500}};
static const struct section_rule carpenter_recipes[] = {{"Obj#", KEYS(index_keys), SECTION_CONTIGUOUS, 500}};

static const struct key_rule faction_keys[] = {
	ITEM_NEEDED("DefMinArmyAlto"),  ITEM_NEEDED("DefMinArmyBajo"),  ITEM_NEEDED("DefMinCaosAlto"),
	ITEM_NEEDED("DefMinCaosBajo"),  ITEM_NEEDED("DefMedArmyAlto"),  ITEM_NEEDED("DefMedArmyBajo"),
	ITEM_NEEDED("DefMedCaosAlto"),  ITEM_NEEDED("DefMedCaosBajo"),  ITEM_NEEDED("DefAltaArmyAlto"),
	ITEM_NEEDED("DefAltaArmyBajo"), ITEM_NEEDED("DefAltaCaosAlto"), ITEM_NEEDED("DefAltaCaosBajo"),
};
static const struct section_rule faction_sections[] = {{"CLASE#", KEYS(faction_keys), SECTION_ALL, 12}};

static const struct key_rule praetorian_main_keys[] = {INT_NEEDED("Combinaciones", 0, 255)};
static const struct key_rule praetorian_keys[] = {
	COUNTED("Cantidad", "Alto#"),
	CREATURES("Alto#", 20),
	CREATURES("Bajo#", 20),
};
static const struct section_rule praetorian_sections[] = {
	{"MAIN", KEYS(praetorian_main_keys), SECTION_NEEDED, 0},
	{"KING", KEYS(praetorian_keys), SECTION_NEEDED, 0},
	{"HEALER", KEYS(praetorian_keys), SECTION_NEEDED, 0},
	{"SPELLCASTER", KEYS(praetorian_keys), SECTION_NEEDED, 0},
	{"SWORDSWINGER", KEYS(praetorian_keys), SECTION_NEEDED, 0},
	{"LONGRANGE", KEYS(praetorian_keys), SECTION_NEEDED, 0},
	{"THIEF", KEYS(praetorian_keys), SECTION_NEEDED, 0},
};

static const struct key_rule summon_keys[] = {CREATURES("NI#", 100), TEXTS("NN#", 30, 100)};
static const struct section_rule summon_sections[] = {{"LIST", KEYS(summon_keys), SECTION_NEEDED, 0}};

static const struct key_rule line_keys[] = {TEXTS("Line#", 255, 50)};
static const struct section_rule motd_sections[] = {{"Motd", KEYS(line_keys), SECTION_NEEDED, 0}};
static const struct section_rule help_sections[] = {{"Help", KEYS(line_keys), SECTION_NEEDED, 0}};

/* --- Server.ini: formats.md 16 --------------------------------------------------------------------------------------- */

static const struct key_rule server_keys[] = {
	INT("StartPort", 1, 65535),
	TEXT("ServerIp", 60, 0),
	TEXT("Version", 20, KEY_NEEDED),
	INT("MaxUsers", 1, INT16),
	FLAG("AllowMultiLogins"),
	INT("IdleLimit", 1, INT16),
	FLAG("PuedeCrearPersonajes"),
	FLAG("ServerSoloGMs"),
	FLAG("Testing"),
	FLAG("IniciarDesdeBackUp"),
	INT("MapaPretoriano", 0, 290),
	INT("Record", 0, INT32),
	{"StartPos", VALUE_PLACE, 0, 0, NULL, KEY_NEEDED, 0},
	INT("Admines", 0, 100),
	INT("Dioses", 0, 100),
	INT("Especiales", 0, 100),
	INT("SemiDioses", 0, 100),
	INT("Consejeros", 0, 100),
	INT("RolesMasters", 0, 100),
};
static const struct key_rule admin_keys[] = {TEXTS("Admin#", 30, 100)};
static const struct key_rule god_keys[] = {TEXTS("Dios#", 30, 100)};
static const struct key_rule special_keys[] = {TEXTS("Especial#", 30, 100)};
static const struct key_rule demigod_keys[] = {TEXTS("SemiDios#", 30, 100)};
static const struct key_rule counsellor_keys[] = {TEXTS("Consejero#", 30, 100)};
static const struct key_rule role_master_keys[] = {TEXTS("RM#", 30, 100)};
static const struct key_rule interval_keys[] = {
	INT_NEEDED("SanaIntervaloSinDescansar", 1, INT32),
	INT_NEEDED("SanaIntervaloDescansar", 1, INT32),
	INT_NEEDED("StaminaIntervaloSinDescansar", 1, INT32),
	INT_NEEDED("StaminaIntervaloDescansar", 1, INT32),
	INT_NEEDED("IntervaloSed", 1, INT32),
	INT_NEEDED("IntervaloHambre", 1, INT32),
	INT_NEEDED("IntervaloVeneno", 1, INT32),
	INT_NEEDED("IntervaloParalizado", 1, INT32),
	INT_NEEDED("IntervaloInvisible", 1, INT32),
	INT_NEEDED("IntervaloOculto", 1, INT32),
	INT_NEEDED("IntervaloFrio", 1, INT32),
	INT_NEEDED("IntervaloInvocacion", 1, INT32),
	INT_NEEDED("IntervaloParaConexion", 1, INT32),
	INT_NEEDED("IntervaloCerrarConexion", 1, INT32),
	INT_NEEDED("IntervaloLanzaHechizo", 1, INT32),
	INT_NEEDED("IntervaloUserPuedeAtacar", 1, INT32),
	INT_NEEDED("IntervaloMagiaGolpe", 1, INT32),
	INT_NEEDED("IntervaloGolpeMagia", 1, INT32),
	INT_NEEDED("IntervaloGolpeUsar", 1, INT32),
	INT_NEEDED("IntervaloUserPuedeUsar", 1, INT32),
	INT_NEEDED("IntervaloFlechasCazadores", 1, INT32),
	INT_NEEDED("IntervaloTrabajo", 1, INT32),
	INT_NEEDED("IntervaloNpcAI", 1, INT32),
	INT_NEEDED("IntervaloNpcPuedeAtacar", 1, INT32),
	INT_NEEDED("IntervaloPerdidaStaminaLluvia", 1, INT32),
	INT_NEEDED("IntervaloWS", 60, INT32),
	INT_NEEDED("IntervaloGuardarUsuarios", 1, INT32),
};
static const struct section_rule server_sections[] = {
	{"INIT", KEYS(server_keys), SECTION_NEEDED, 0},
	{"Admines", KEYS(admin_keys), 0, 0},
	{"Dioses", KEYS(god_keys), 0, 0},
	{"Especiales", KEYS(special_keys), 0, 0},
	{"SemiDioses", KEYS(demigod_keys), 0, 0},
	{"Consejeros", KEYS(counsellor_keys), 0, 0},
	{"RolesMasters", KEYS(role_master_keys), 0, 0},
	{"INTERVALOS", KEYS(interval_keys), SECTION_NEEDED, 0},
};

/* --- map .dat: formats.md 4 ------------------------------------------------------------------------------------------ */

static const struct key_rule map_keys[] = {
	TEXT("Name", 40, KEY_NEEDED),
	INT("MusicNum", 0, INT16),
	{"Pk", VALUE_INTEGER, 0, 1, NULL, KEY_NEEDED, 0},
	FLAG("MagiaSinEfecto"),
	FLAG("InviSinEfecto"),
	FLAG("ResuSinEfecto"),
	FLAG("OcultarSinEfecto"),
	FLAG("InvocarSinEfecto"),
	FLAG("RoboNpcsPermitido"),
	WORD("Terreno", "BOSQUE NIEVE DESIERTO CIUDAD CAMPO DUNGEON"),
	WORD("Zona", "CAMPO CIUDAD DUNGEON"),
	WORD("Restringir", "No NEWBIE ARMADA CAOS FACCION"),
	FLAG("BackUp"),
	PLACE("StartPos"),
	PLACE("OnDeathGoTo"),
	INT("Version", 1, INT16), /* goes to the head of the .map file, not to the .dat */
};
const struct section_rule world_map_rule = {"map", KEYS(map_keys), SECTION_NEEDED, 0};

const struct file_rule world_file_rules[FILE_COUNT] = {
	[FILE_SERVER] = {"Server.ini", true, NULL, NULL, KEYS(server_sections)},
	[FILE_ITEMS] = {"Dat/obj.dat", true, "NumObjs", "OBJ#", KEYS(item_sections)},
	[FILE_CREATURES] = {"Dat/NPCs.dat", true, "NumNPCs", "NPC#", KEYS(creature_sections)},
	[FILE_SPELLS] = {"Dat/Hechizos.dat", true, "NumeroHechizos", "HECHIZO#", KEYS(spell_sections)},
	[FILE_BALANCE] = {"Dat/Balance.dat", true, NULL, NULL, KEYS(balance_sections)},
	[FILE_CITIES] = {"Dat/Ciudades.Dat", true, NULL, NULL, KEYS(city_sections)},
	[FILE_SMITH_WEAPONS] = {"Dat/ArmasHerrero.dat", true, "NumArmas", "Arma#", KEYS(weapon_recipes)},
	[FILE_SMITH_ARMOURS] = {"Dat/ArmadurasHerrero.dat", true, "NumArmaduras", "Armadura#", KEYS(armour_recipes)},
	[FILE_CARPENTER] = {"Dat/ObjCarpintero.dat", true, "NumObjs", "Obj#", KEYS(carpenter_recipes)},
	[FILE_FACTION_ARMOURS] = {"Dat/ArmadurasFaccionarias.dat", true, NULL, NULL, KEYS(faction_sections)},
	[FILE_PRAETORIANS] = {"Dat/Pretorianos.dat", false, NULL, NULL, KEYS(praetorian_sections)},
	[FILE_SUMMON_LIST] = {"Dat/Invokar.dat", false, "NumNPCs", "NI#", KEYS(summon_sections)},
	[FILE_MOTD] = {"Dat/Motd.ini", false, "NumLines", "Line#", KEYS(motd_sections)},
	[FILE_HELP] = {"Dat/Help.dat", false, "NumLines", "Line#", KEYS(help_sections)},
};

/* --- looking up ------------------------------------------------------------------------------------------------------ */

bool schema_matches(const char *pattern, int most, const char *name, int *number)
{
	char head[64];
	size_t length = strlen(pattern);
	if (length == 0 || pattern[length - 1] != '#')
		return source_same_name(pattern, name);
	length--;
	if (strlen(name) <= length || length >= sizeof head || name[length] < '1' || name[length] > '9')
		return false;
	memcpy(head, name, length);
	head[length] = '\0';
	char stem[64];
	memcpy(stem, pattern, length);
	stem[length] = '\0';
	const char *end = NULL;
	int64_t value = 0;
	if (!source_same_name(stem, head) || !source_number(name + length, &value, &end) || *end != '\0' || value > most)
		return false;
	*number = (int)value;
	return true;
}

const struct key_rule *schema_key(const struct section_rule *section, const char *key, int *number)
{
	for (size_t i = 0; i < section->key_count; i++) {
		if (schema_matches(section->keys[i].name, section->keys[i].most, key, number))
			return &section->keys[i];
	}
	return NULL;
}

const struct section_rule *schema_section(const struct file_rule *file, const char *name, int *number)
{
	for (size_t i = 0; i < file->section_count; i++) {
		if (schema_matches(file->sections[i].name, file->sections[i].most, name, number))
			return &file->sections[i];
	}
	return NULL;
}

bool schema_word(const char *words, const char *word, const char **canonical, size_t *length)
{
	size_t wanted = strlen(word);
	while (*words != '\0') {
		size_t here = strcspn(words, " ");
		char copy[32];
		if (here == wanted && here < sizeof copy) {
			memcpy(copy, words, here);
			copy[here] = '\0';
			if (source_same_name(copy, word)) {
				*canonical = words;
				*length = here;
				return true;
			}
		}
		words += here;
		words += *words == ' ';
	}
	return false;
}

/* How many letters must be added, dropped or exchanged to get from a to b (Levenshtein); names beyond 40 letters are
 * far from everything. */
static size_t letters_apart(const char *a, const char *b)
{
	size_t row[42];
	size_t length = strlen(b);
	if (strlen(a) > 40 || length > 40)
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			char one[2] = {a[i - 1], '\0'}, other[2] = {b[j - 1], '\0'};
			size_t best = corner + (source_same_name(one, other) ? 0 : 1);
			corner = row[j];
			best = best < row[j] + 1 ? best : row[j] + 1;
			row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
		}
	}
	return row[length];
}

const char *schema_nearest_key(const struct section_rule *section, const char *key)
{
	const char *nearest = NULL;
	size_t least = strlen(key) / 3 + 2;
	for (size_t i = 0; i < section->key_count; i++) {
		size_t apart = letters_apart(key, section->keys[i].name);
		if (apart < least) {
			least = apart;
			nearest = section->keys[i].name;
		}
	}
	return nearest;
}

struct span {
	int16_t low, high;
};

static bool within(const struct span *spans, size_t count, int64_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (number >= spans[i].low && number <= spans[i].high)
			return true;
	}
	return false;
}

bool schema_client_has_head(int64_t head)
{
	static const struct span spans[] = {{0, 51},    {70, 89},   {101, 122}, {170, 188}, {201, 221}, {270, 288},
										{301, 319}, {370, 385}, {401, 418}, {470, 486}, {500, 514}};
	return within(spans, LENGTH(spans), head);
}

bool schema_client_has_sound(int64_t sound)
{
	static const struct span spans[] = {{0, 106}, {108, 173}, {175, 175}, {200, 210}, {9999, 9999}};
	return within(spans, LENGTH(spans), sound);
}

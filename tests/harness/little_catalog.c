#include "tests/harness/little_catalog.h"

#include "tests/harness/little_spells.h"
#include "tests/unit/test_catalog_world.h"

static const struct {
	unsigned number;
	const char *keys;
} things[] = {
	{THING_BREAD, "Name=Pan\r\nGrhIndex=500\r\nObjType=1\r\nMinHam=10\r\nValor=3\r\n"},
	{THING_SWORD, "Name=Espada\r\nGrhIndex=501\r\nObjType=2\r\nMinHIT=2\r\nMaxHIT=7\r\nCP1=MAGO\r\nAnim=7\r\n"
				  "RazaEnanaAnim=8\r\nValor=90\r\n"},
	{THING_NEWBIE_DAGGER, "Name=Daga\r\nGrhIndex=502\r\nObjType=2\r\nNewbie=1\r\nAnim=9\r\nValor=90\r\n"},
	{THING_DOOR_OPEN, "Name=Puerta abierta\r\nGrhIndex=503\r\nObjType=6\r\nAbierta=0\r\nIndexAbierta=4\r\n"
					  "IndexCerrada=5\r\nIndexCerradaLlave=6\r\nClave=77\r\nAgarrable=1\r\n"},
	{THING_DOOR_CLOSED, "Name=Puerta cerrada\r\nGrhIndex=504\r\nObjType=6\r\nAbierta=1\r\nIndexAbierta=4\r\n"
						"IndexCerrada=5\r\nIndexCerradaLlave=6\r\nClave=77\r\nAgarrable=1\r\n"},
	{THING_DOOR_LOCKED,
	 "Name=Puerta con llave\r\nGrhIndex=504\r\nObjType=6\r\nAbierta=1\r\nLlave=1\r\nIndexAbierta=4\r\n"
	 "IndexCerrada=5\r\nIndexCerradaLlave=6\r\nClave=77\r\nAgarrable=1\r\n"},
	{THING_KEY, "Name=Llave\r\nGrhIndex=505\r\nObjType=9\r\nClave=77\r\n"},
	{THING_OTHER_KEY, "Name=Llave oxidada\r\nGrhIndex=506\r\nObjType=9\r\nClave=78\r\n"},
	{THING_SIGN, "Name=Cartel\r\nGrhIndex=507\r\nObjType=8\r\nTexto=Bienvenido\r\nVGrande=508\r\nAgarrable=1\r\n"},
	{THING_EMPTY_SIGN, "Name=Cartel borrado\r\nGrhIndex=507\r\nObjType=8\r\nAgarrable=1\r\n"},
	{THING_TUNIC, "Name=Tunica\r\nGrhIndex=509\r\nObjType=3\r\nNumRopaje=60\r\nHombre=1\r\nMINDEF=1\r\nMAXDEF=4\r\n"},
	{THING_GOLD, "Name=Oro\r\nGrhIndex=510\r\nObjType=5\r\n"},
	{THING_DRESS, "Name=Vestido\r\nGrhIndex=511\r\nObjType=3\r\nNumRopaje=61\r\nMujer=1\r\n"},
	{THING_SHORT_TUNIC, "Name=Tunica corta\r\nGrhIndex=512\r\nObjType=3\r\nNumRopaje=62\r\nRazaEnana=1\r\n"},
	{THING_DROW_TUNIC, "Name=Tunica drow\r\nGrhIndex=513\r\nObjType=3\r\nNumRopaje=63\r\nRazaDrow=1\r\n"},
	{THING_HELMET, "Name=Casco\r\nGrhIndex=514\r\nObjType=17\r\nAnim=10\r\n"},
	{THING_ARMY_HELMET, "Name=Casco real\r\nGrhIndex=515\r\nObjType=17\r\nAnim=11\r\nReal=1\r\n"},
	{THING_SHIELD, "Name=Escudo\r\nGrhIndex=516\r\nObjType=16\r\nAnim=12\r\n"},
	{THING_CHAOS_SHIELD, "Name=Escudo oscuro\r\nGrhIndex=517\r\nObjType=16\r\nAnim=13\r\nCaos=1\r\n"},
	{THING_RING, "Name=Anillo\r\nGrhIndex=518\r\nObjType=18\r\n"},
	{THING_ARROWS, "Name=Flechas\r\nGrhIndex=519\r\nObjType=32\r\nMinHIT=1\r\nMaxHIT=2\r\n"},
	{THING_SMALL_PACK, "Name=Mochila chica\r\nGrhIndex=520\r\nObjType=37\r\nMochilaType=1\r\n"},
	{THING_LARGE_PACK, "Name=Mochila grande\r\nGrhIndex=521\r\nObjType=37\r\nMochilaType=2\r\n"},
	{THING_BOAT, "Name=Barca\r\nGrhIndex=522\r\nObjType=31\r\nNumRopaje=84\r\nMinSkill=35\r\n"},
	{THING_GALLEY, "Name=Galera\r\nGrhIndex=522\r\nObjType=31\r\nNumRopaje=85\r\nMinSkill=55\r\n"},
	{THING_GALLEON, "Name=Galeon\r\nGrhIndex=522\r\nObjType=31\r\nNumRopaje=86\r\nMinSkill=65\r\n"},
	{THING_TREE, "Name=Arbol\r\nGrhIndex=523\r\nObjType=4\r\nAgarrable=1\r\n"},
	{THING_KEEPSAKE, "Name=Recuerdo\r\nGrhIndex=524\r\nObjType=12\r\nNoSeTira=1\r\n"},
	{THING_BOUND, "Name=Sello\r\nGrhIndex=525\r\nObjType=12\r\nIntransferible=1\r\n"},
	{THING_HEIRLOOM, "Name=Herencia\r\nGrhIndex=526\r\nObjType=12\r\nNoSeCae=1\r\n"},
	{THING_JEWEL, "Name=Joya\r\nGrhIndex=527\r\nObjType=21\r\nValor=60000\r\n"},
	{THING_STUCK_DOOR, "Name=Porton\r\nGrhIndex=528\r\nObjType=6\r\nAbierta=1\r\nAgarrable=1\r\n"},
	{THING_FORUM, "Name=Pizarra\r\nGrhIndex=529\r\nObjType=10\r\nID=plaza\r\nAgarrable=1\r\n"},
	{THING_POTION, "Name=Pocion\r\nGrhIndex=530\r\nObjType=11\r\nTipoPocion=3\r\n"},
	{THING_BOOK, "Name=Libro\r\nGrhIndex=531\r\nObjType=12\r\n"},
	{THING_NEWBIE_TUNIC, "Name=Tunica de novato\r\nGrhIndex=532\r\nObjType=3\r\nNumRopaje=64\r\nNewbie=1\r\n"},
	{THING_FISHING_ROD, "Name=Ca\361a\r\nGrhIndex=533\r\nObjType=2\r\nAnim=14\r\n"},
	{THING_STAFF, "Name=Baculo\r\nGrhIndex=534\r\nObjType=2\r\nAnim=15\r\nStaffPower=2\r\nStaffDamageBonus=38\r\n"},
	{THING_WEAK_STAFF, "Name=Vara\r\nGrhIndex=535\r\nObjType=2\r\nAnim=16\r\nStaffPower=1\r\n"},
	{THING_MAGIC_HELMET,
	 "Name=Capucha\r\nGrhIndex=536\r\nObjType=17\r\nAnim=17\r\nDefensaMagicaMin=5\r\nDefensaMagicaMax=5\r\n"},
	{THING_MAGIC_RING,
	 "Name=Anillo magico\r\nGrhIndex=537\r\nObjType=18\r\nDefensaMagicaMin=3\r\nDefensaMagicaMax=3\r\n"},
	{THING_WARDING_RING, "Name=Anillo protector\r\nGrhIndex=538\r\nObjType=18\r\nImpideParalizar=1\r\n"
						 "ImpideInmobilizar=1\r\nImpideAturdir=1\r\nImpideCegar=1\r\n"},
	{THING_DART_SCROLL, "Name=Pergamino\r\nGrhIndex=539\r\nObjType=24\r\nHechizoIndex=1\r\n"},
	{THING_BLANK_SCROLL, "Name=Pergamino viejo\r\nGrhIndex=539\r\nObjType=24\r\n"},
	{THING_MAGIC_FLUTE, "Name=Flauta\r\nGrhIndex=540\r\nObjType=18\r\nStaffPower=2\r\n"},
	{THING_MAGIC_LUTE, "Name=Laud\r\nGrhIndex=541\r\nObjType=18\r\nStaffPower=2\r\n"},
	{THING_ELVEN_LUTE, "Name=Laud elfico\r\nGrhIndex=542\r\nObjType=18\r\nStaffPower=2\r\n"},
	{THING_ELVEN_FLUTE, "Name=Flauta elfica\r\nGrhIndex=543\r\nObjType=18\r\nStaffPower=2\r\n"},
	{THING_CAMP_FIRE, "Name=Fogata\r\nGrhIndex=534\r\nObjType=25\r\nAgarrable=1\r\n"},
	{THING_HUNTER_ARMOUR, "Name=Piel de cazador\r\nGrhIndex=535\r\nObjType=3\r\nNumRopaje=65\r\nHombre=1\r\n"},
	{THING_VIKING_SWORD, "Name=Espada vikinga\r\nGrhIndex=540\r\nObjType=2\r\nMinHIT=10\r\nMaxHIT=12\r\nAnim=15\r\n"},
	{THING_DRAGON_SWORD,
	 "Name=Mata dragones\r\nGrhIndex=541\r\nObjType=2\r\nMinHIT=10\r\nMaxHIT=12\r\nAnim=15\r\nNoRobable=1\r\n"},
	{THING_THEFT_GLOVES, "Name=Guantes de hurto\r\nGrhIndex=542\r\nObjType=18\r\nGuante=1\r\nMinHIT=1\r\nMaxHIT=2\r\n"},
	{THING_BOW,
	 "Name=Arco\r\nGrhIndex=543\r\nObjType=2\r\nProyectil=1\r\nMuniciones=1\r\nMinHIT=4\r\nMaxHIT=5\r\nAnim=16\r\n"},
	{THING_POISON_ARROWS,
	 "Name=Flechas con veneno\r\nGrhIndex=544\r\nObjType=32\r\nMinHIT=3\r\nMaxHIT=3\r\nEnvenena=1\r\n"},
	{THING_KNIFE,
	 "Name=Cuchilla\r\nGrhIndex=545\r\nObjType=2\r\nProyectil=1\r\nAcuchilla=1\r\nMinHIT=4\r\nMaxHIT=5\r\nAnim=17\r\n"},
	{THING_DAGGER, "Name=Pu\361al\r\nGrhIndex=546\r\nObjType=2\r\nApu\361ala=1\r\nMinHIT=3\r\nMaxHIT=3\r\nAnim=18\r\n"},
	{THING_POISON_SWORD,
	 "Name=Espada con veneno\r\nGrhIndex=547\r\nObjType=2\r\nEnvenena=1\r\nMinHIT=1\r\nMaxHIT=1\r\nAnim=18\r\n"},
	{THING_TELEPORT, "Name=Portal\r\nGrhIndex=549\r\nObjType=19\r\nRadio=3\r\nAgarrable=1\r\n"},
	{THING_ARMOUR, "Name=Armadura\r\nGrhIndex=548\r\nObjType=3\r\nNumRopaje=65\r\nMINDEF=3000\r\nMAXDEF=3000\r\n"},
	{THING_WARSHIP, "Name=Galeon\r\nGrhIndex=522\r\nObjType=31\r\nNumRopaje=86\r\nMinHIT=500\r\nMaxHIT=500\r\n"
					"MINDEF=300\r\nMAXDEF=300\r\n"},
	{THING_LANCE, "Name=Lanza\r\nGrhIndex=549\r\nObjType=2\r\nMinHIT=1\r\nMaxHIT=1\r\nRefuerzo=3000\r\nAnim=18\r\n"},
	{THING_MACE, "Name=Maza\r\nGrhIndex=550\r\nObjType=2\r\nMinHIT=30000\r\nMaxHIT=30000\r\nAnim=18\r\n"},
	{THING_RELIC, "Name=Reliquia\r\nGrhIndex=551\r\nObjType=12\r\nNoRobable=1\r\n"},
};

static void things_write(struct world *files)
{
	static char text[16384];
	size_t at = (size_t)snprintf(text, sizeof text, "[INIT]\r\nNumObjs=%d\r\n", THING_COUNT - 1);
	for (unsigned i = 0; i < sizeof things / sizeof *things; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "\r\n[OBJ%u]\r\n%s", things[i].number, things[i].keys);
	assert_true(at < sizeof text);
	world_write(files, "Dat/obj.dat", text);
}

/* What minds are tested with. */
#define HITS                                                                                                           \
	"Body=21\r\nHeading=3\r\nAttackable=1\r\nMaxHP=1000\r\nMinHP=1000\r\nMinHIT=5\r\nMaxHIT=5\r\nPoderAtaque=5000\r\n"
#define EVIL  "Hostile=1\r\nAlineacion=2\r\nSnd1=90\r\nSnd2=91\r\nSnd3=92\r\n"
#define DARTS "LanzaSpells=1\r\nSp1=1\r\n"
#define MINDS                                                                                                          \
	"[NPC31]\r\nName=Cabra\r\nMovement=2\r\n" HITS "\r\n"                                                              \
	"[NPC32]\r\nName=Cazador\r\nMovement=3\r\nGiveEXP=50\r\n" HITS EVIL "\r\n"                                         \
	"[NPC33]\r\nName=Brujo\r\nMovement=3\r\n" HITS EVIL DARTS "\r\n"                                                   \
	"[NPC34]\r\nName=Brujo armado\r\nMovement=3\r\nAtacaDoble=1\r\n" HITS EVIL DARTS "\r\n"                            \
	"[NPC35]\r\nName=Vibora\r\nMovement=3\r\nHostile=1\r\nVeneno=1\r\n" HITS "\r\n"                                    \
	"[NPC36]\r\nName=Torpe\r\nBody=22\r\nMovement=3\r\nHostile=1\r\nAlineacion=2\r\nAttackable=1\r\n"                  \
	"MaxHP=10\r\nMinHP=10\r\nPoderAtaque=0\r\n\r\n"                                                                    \
	"[NPC37]\r\nName=Guardia real\r\nNpcType=2\r\nMovement=5\r\n" HITS "\r\n"                                          \
	"[NPC38]\r\nName=Guardia del caos\r\nNpcType=8\r\nMovement=2\r\n" HITS "\r\n"                                      \
	"[NPC39]\r\nName=Torre\r\nMovement=6\r\n" HITS EVIL DARTS "\r\n"                                                   \
	"[NPC40]\r\nName=Sabueso\r\nMovement=10\r\n" HITS EVIL "\r\n"                                                      \
	"[NPC41]\r\nName=Sapo\r\nMovement=3\r\nAguaValida=1\r\n" HITS EVIL "\r\n"                                          \
	"[NPC42]\r\nName=Estatua\r\nMovement=1\r\n" HITS EVIL "\r\n"                                                       \
	"[NPC43]\r\nName=Soberano\r\nNpcType=5\r\nBody=23\r\nHeading=3\r\nMovement=1\r\nDesc=Saludos\r\n\r\n"              \
	"[NPC44]\r\nName=Demonio\r\nNpcType=5\r\nFaccion=1\r\nBody=24\r\nHeading=3\r\nMovement=1\r\n\r\n"                  \
	"[NPC92]\r\nName=Elemental de agua\r\nMovement=3\r\n" HITS "\r\n"                                                  \
	"[NPC93]\r\nName=Elemental de fuego\r\nMovement=3\r\n" HITS DARTS "\r\n"
#define GUARDSMAN "NpcType=10\r\nReSpawn=1\r\n" HITS EVIL
#define PRAETORIANS                                                                                                    \
	"[NPC61]\r\nName=Rey\r\nMovement=24\r\nLanzaSpells=5\r\nSp1=3\r\nSp2=8\r\nSp3=12\r\nSp4=13\r\nSp5=5\r\n"           \
	"GiveGLD=500\r\nNROITEMS=1\r\nObj1=1-3\r\n" GUARDSMAN "\r\n"                                                       \
	"[NPC62]\r\nName=Clerigo\r\nMovement=20\r\nLanzaSpells=4\r\nSp1=6\r\nSp2=8\r\nSp3=3\r\nSp4=1\r\n" GUARDSMAN "\r\n" \
	"[NPC63]\r\nName=Mago\r\nMovement=22\r\nLanzaSpells=2\r\nSp1=1\r\nSp2=30\r\n" GUARDSMAN "\r\n"                     \
	"[NPC64]\r\nName=Arquero\r\nMovement=23\r\n" DARTS GUARDSMAN "\r\n"                                                \
	"[NPC65]\r\nName=Espadachin\r\nMovement=21\r\n" GUARDSMAN "\r\n"                                                   \
	"[NPC66]\r\nName=Ladron\r\nMovement=21\r\n" DARTS GUARDSMAN "\r\n"

static void beasts_write(struct world *files)
{
	world_write(
		files, "Dat/NPCs.dat",
		"[INIT]\r\nNumNPCs=93\r\n\r\n"
		"[NPC1]\r\nName=Lobo\r\nBody=10\r\nHeading=3\r\nMovement=1\r\nHostile=1\r\nAttackable=1\r\nMaxHP=20\r\n"
		"MinHP=20\r\nMinHIT=1\r\nMaxHIT=4\r\n\r\n"
		"[NPC2]\r\nName=Panadero\r\nDesc=Pan caliente\r\nBody=11\r\nHeading=3\r\nComercia=1\r\nTipoItems=1\r\n"
		"NROITEMS=1\r\nObj1=1-100\r\n\r\n"
		"[NPC3]\r\nName=Sacerdote\r\nDesc=Paz\r\nNpcType=1\r\nBody=12\r\nHeading=3\r\n\r\n"
		"[NPC6]\r\nName=Guardia\r\nNpcType=2\r\nBody=13\r\nHeading=3\r\nMovement=1\r\nAttackable=1\r\n"
		"MaxHP=50\r\nMinHP=50\r\nPosOrig=1\r\n\r\n"
		"[NPC10]\r\nName=Oso\r\nBody=14\r\nHeading=2\r\nMovement=1\r\nHostile=1\r\nAttackable=1\r\n"
		"MaxHP=30\r\nMinHP=30\r\nGiveEXP=45\r\nAlineacion=1\r\nDomable=50\r\nSnd3=77\r\nNROEXP=1\r\n"
		"Exp1=Grrr\r\nDrop1=1-3\r\nDrop2=12-25000\r\nDrop3=29-1\r\n\r\n"
		"[NPC11]\r\nName=Goblin\r\nBody=15\r\nHeading=3\r\nMovement=1\r\nHostile=1\r\nAttackable=1\r\n"
		"MaxHP=10\r\nMinHP=10\r\nGiveEXP=7\r\nAlineacion=2\r\nPosOrig=1\r\n\r\n"
		"[NPC12]\r\nName=Entrenador\r\nNpcType=3\r\nBody=16\r\nHeading=3\r\nNroCriaturas=2\r\n"
		"CI1=13\r\nCN1=Rata\r\nCI2=11\r\nCN2=Goblin\r\n\r\n"
		"[NPC13]\r\nName=Rata\r\nBody=17\r\nHeading=3\r\nMovement=1\r\nHostile=1\r\nAttackable=1\r\n"
		"MaxHP=5\r\nMinHP=5\r\nGiveEXP=5\r\nDomable=1\r\nDrop1=1-1\r\n\r\n"
		"[NPC14]\r\nName=Espiritu\r\nBody=18\r\nHeading=3\r\nMovement=1\r\nAttackable=1\r\nMaxHP=40\r\n"
		"MinHP=40\r\nGiveEXP=100\r\n\r\n"
		"[NPC15]\r\nName=Pez\r\nBody=19\r\nHeading=3\r\nMovement=1\r\nMaxHP=5\r\nMinHP=5\r\nAguaValida=1\r\n"
		"TierraInvalida=1\r\n\r\n"
		"[NPC29]\r\nName=Maestro\r\nNpcType=9\r\nBody=21\r\nHeading=3\r\n\r\n"
		"[NPC30]\r\nName=Dragon\r\nNpcType=6\r\nBody=20\r\nHeading=3\r\nMovement=1\r\nHostile=1\r\nAttackable=1\r\n"
		"AfectaParalisis=1\r\nMaxHP=5000\r\nMinHP=5000\r\nDEF=100\r\nGiveEXP=9\r\nLanzaSpells=1\r\nSp1=1\r\n\r\n" MINDS
			PRAETORIANS);
	world_write(files, "Dat/Pretorianos.dat",
				"[MAIN]\r\nCombinaciones=6\r\n[KING]\r\nCantidad=1\r\nAlto1=61\r\nBajo1=61\r\n[HEALER]\r\n"
				"Cantidad=1\r\nAlto1=62\r\nBajo1=62\r\n[SPELLCASTER]\r\nCantidad=1\r\nAlto1=63\r\nBajo1=63\r\n"
				"[LONGRANGE]\r\nCantidad=1\r\nAlto1=64\r\nBajo1=64\r\n[SWORDSWINGER]\r\nCantidad=1\r\nAlto1=65\r\n"
				"Bajo1=65\r\n[THIEF]\r\nCantidad=1\r\nAlto1=66\r\nBajo1=66\r\n");
	world_write(files, "Dat/ArmasHerrero.dat", "[INIT]\r\nNumArmas=1\r\n[Arma1]\r\nIndex=2\r\n");
}

static void block(struct fixture_map *map, unsigned x, unsigned y)
{
	fixture_tile_at(map, x, y)->flags |= MAP_FILE_BLOCKED;
}

/* The door is placed as the classic maps do it: its own tile and the one to the west are blocked while it is closed. */
static void door(struct fixture_map *map, unsigned x, unsigned y, int item)
{
	fixture_object(map, x, y, item, 1);
	block(map, x, y);
	block(map, x - 1, y);
}

static void meadow_write(struct world *files)
{
	struct fixture_map *map = fixture_map_create();
	for (unsigned y = WATER_FROM; y <= WATER_TO; y++) {
		for (unsigned x = WATER_FROM; x <= WATER_TO; x++)
			fixture_tile_at(map, x, y)->layer[0] = 1505;
	}
	for (unsigned x = 40; x <= 60; x++)
		block(map, x, WALL_Y);
	door(map, DOOR_X, DOOR_Y, THING_DOOR_CLOSED);
	door(map, LOCKED_X, LOCKED_Y, THING_DOOR_LOCKED);
	door(map, STUCK_X, STUCK_Y, THING_STUCK_DOOR);
	fixture_object(map, SIGN_X, SIGN_Y, THING_SIGN, 1);
	fixture_object(map, SIGN_X + 1, SIGN_Y, THING_EMPTY_SIGN, 1);
	fixture_object(map, SIGN_X + 2, SIGN_Y, THING_FORUM, 1);
	fixture_object(map, SIGN_X + 3, SIGN_Y, THING_TREE, 1);
	fixture_creature(map, WOLF_X, BEASTS_Y, BEAST_WOLF);
	fixture_creature(map, BAKER_X, BEASTS_Y, BEAST_BAKER);
	fixture_creature(map, PRIEST_X, BEASTS_Y, BEAST_PRIEST);
	fixture_exit(map, EXIT_X, EXIT_Y, LAND_WILD, WILD_X, WILD_Y);
	fixture_exit(map, EXIT_X, EXIT_Y + 2, LAND_SCHOOL, 50, 50);
	fixture_exit(map, EXIT_X, CHAIN_Y, LAND_WILD, WILD_X + 1, WILD_Y);
	fixture_exit(map, EXIT_X, LOOP_Y, LAND_MEADOW, EXIT_X, LOOP_Y + 2);
	fixture_exit(map, EXIT_X, LOOP_Y + 2, LAND_MEADOW, EXIT_X, LOOP_Y);
	fixture_exit(map, EXIT_X, TELEPORT_Y, LAND_WILD, SCATTER_X, SCATTER_Y);
	fixture_exit(map, EXIT_X, MUTE_Y, LAND_MUTE, 50, 50);
	fixture_exit(map, EXIT_X, BARREN_Y, LAND_BARREN, 50, 50);
	fixture_exit(map, EXIT_X, SNOW_Y, LAND_SNOW, 50, 50);
	fixture_object(map, EXIT_X, TELEPORT_Y, THING_TELEPORT, 1);
	world_write_map(files, LAND_MEADOW, map);
	free(map);
	world_write(files, "Maps/Mapa1.dat", "[MAPA1]\r\nName=Prado\r\nPk=1\r\nMusicNum=4-1\r\n");
}

static void wild_write(struct world *files)
{
	struct fixture_map *map = fixture_map_create();
	fixture_exit(map, WILD_X + 1, WILD_Y, LAND_MEADOW, EXIT_X - 1, EXIT_Y);
	for (unsigned y = ARENA_FROM; y <= ARENA_TO; y++) {
		for (unsigned x = ARENA_FROM; x <= ARENA_TO; x++)
			fixture_trigger(map, x, y, TRIGGER_ARENA);
	}
	fixture_trigger(map, SHELTER_X, GROUNDS_Y, TRIGGER_SAFE);
	fixture_trigger(map, ROOF_X, GROUNDS_Y, TRIGGER_ROOF);
	fixture_trigger(map, NO_BEASTS_X, GROUNDS_Y, TRIGGER_NO_CREATURES);
	fixture_trigger(map, PASSAGE_X, GROUNDS_Y, TRIGGER_ANTI_BLOCKING);
	for (unsigned x = LAVA_X; x <= LAVA_X + 1; x++)
		fixture_tile_at(map, x, GROUNDS_Y)->layer[0] = 5837;
	fixture_creature(map, GUARD_X, WILD_BEASTS_Y, BEAST_GUARD);
	fixture_creature(map, BEAR_X, WILD_BEASTS_Y, BEAST_BEAR);
	fixture_creature(map, GOBLIN_X, WILD_BEASTS_Y, BEAST_GOBLIN);
	fixture_creature(map, TRAINER_X, WILD_BEASTS_Y, BEAST_TRAINER);
	world_write_map(files, LAND_WILD, map);
	free(map);
	world_write(files, "Maps/Mapa2.dat", "[MAPA2]\r\nName=Monte\r\nPk=0\r\n");
}

static void school_write(struct world *files)
{
	struct fixture_map *map = fixture_map_create();
	fixture_exit(map, 50, 60, LAND_MEADOW, EXIT_X - 1, EXIT_Y + 2);
	world_write_map(files, LAND_SCHOOL, map);
	free(map);
	world_write(files, "Maps/Mapa3.dat",
				"[MAPA3]\r\nName=Escuela\r\nPk=1\r\nRestringir=newbie\r\n"
				"OnDeathGoTo=1-55-55\r\n");
}

static void magicless_write(struct world *files)
{
	struct fixture_map *map = fixture_map_create();
	world_write_map(files, LAND_MUTE, map);
	world_write_map(files, LAND_BARREN, map);
	free(map);
	world_write(files, "Maps/Mapa5.dat",
				"[MAPA5]\r\nName=Valle mudo\r\nPk=0\r\nMagiaSinEfecto=1\r\nRestringir=ARMADA\r\nStartPos=5-60-60\r\n");
	world_write(files, "Maps/Mapa6.dat",
				"[MAPA6]\r\nName=Yermo\r\nPk=0\r\nInviSinEfecto=1\r\nOcultarSinEfecto=1\r\nResuSinEfecto=1\r\n"
				"InvocarSinEfecto=1\r\nRestringir=CAOS\r\n");
}

static void snow_write(struct world *files)
{
	struct fixture_map *map = fixture_map_create();
	world_write_map(files, LAND_SNOW, map);
	free(map);
	world_write(files, "Maps/Mapa4.dat",
				"[MAPA4]\r\nName=Nevado\r\nPk=1\r\nTerreno=NIEVE\r\nRestringir=FACCION\r\n[SONIDOS]\r\nCantidad=2\r\n"
				"[SONIDO1]\r\nSonido=50\r\nProbabilidad=100\r\nFlags=1\r\n"
				"[SONIDO2]\r\nSonido=51\r\nProbabilidad=100\r\nFlags=0\r\n");
}

static struct world *files_create(void)
{
	struct world *files = calloc(1, sizeof *files);
	assert_non_null(files);
	world_create(files);
	world_write(files, "Dat/Map.dat", "[INIT]\r\nMapPath=\\Maps\\\r\nNumMaps=6\r\n");
	things_write(files);
	beasts_write(files);
	little_spells_write(files);
	meadow_write(files);
	wild_write(files);
	school_write(files);
	snow_write(files);
	magicless_write(files);
	return files;
}

int little_catalog_build(void)
{
	struct world *files = files_create();
	int fd = world_build(files);
	if (fd < 0)
		fail_msg("the little land is refused: %s", files->why.text);
	world_destroy(files);
	free(files);
	return fd;
}

void little_catalog_write(char folder[64])
{
	struct world *files = files_create();
	snprintf(folder, 64, "%s", files->root);
	free(files);
}

void little_catalog_remove(const char *folder)
{
	struct world files = {.root = ""};
	snprintf(files.root, sizeof files.root, "%s", folder);
	world_destroy(&files);
}

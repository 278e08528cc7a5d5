#include "tests/harness/little_spells.h"

#include "tests/harness/little_catalog.h"
#include "tests/unit/test_catalog_world.h"

static const struct {
	unsigned number;
	const char *keys;
} spells[] = {
	{CHARM_DART,
	 "Nombre=Dardo\r\nTipo=1\r\nTarget=3\r\n"
	 "SubeHP=2\r\nMinHP=50\r\nMaxHP=50\r\nMinSkill=6\r\nManaRequerido=10\r\nStaRequerido=2\r\nWAV=114\r\nFXgrh="
	 "15\r\nLoops=2\r\nPalabrasMagicas=OHL VOR\r\nHechizeroMsg=Lanzas un dardo a\r\nTargetMsg=te lanza un dardo.\r\n"},
	{CHARM_STORM, "Nombre=Tormenta\r\nTipo=1\r\nTarget=3\r\n"
				  "SubeHP=2\r\nMinHP=50\r\nMaxHP=50\r\nManaRequerido=100\r\nStaffAffected=1\r\nNeedStaff=2\r\n"},
	{CHARM_HEAL, "Nombre=Cura\r\nTipo=1\r\nTarget=3\r\n"
				 "SubeHP=1\r\nMinHP=50\r\nMaxHP=50\r\nManaRequerido=20\r\nStaRequerido=3\r\nPropioMsg=Te curas.\r\n"},
	{CHARM_POISON, "Nombre=Toxina\r\nTipo=2\r\nTarget=3\r\n"
				   "Envenena=1\r\nManaRequerido=24\r\n"},
	{CHARM_CURE, "Nombre=Antidoto\r\nTipo=2\r\nTarget=1\r\n"
				 "CuraVeneno=1\r\nManaRequerido=12\r\n"},
	{CHARM_PARALYSE, "Nombre=Paralizar\r\nTipo=2\r\nTarget=3\r\n"
					 "Paraliza=1\r\nManaRequerido=45\r\n"},
	{CHARM_IMMOBILISE, "Nombre=Inmovilizar\r\nTipo=2\r\nTarget=3\r\n"
					   "Inmoviliza=1\r\nManaRequerido=30\r\n"},
	{CHARM_FREE, "Nombre=Movilidad\r\nTipo=2\r\nTarget=3\r\n"
				 "RemoverParalisis=1\r\nManaRequerido=30\r\n"},
	{CHARM_INVISIBLE, "Nombre=Invisibilidad\r\nTipo=2\r\nTarget=1\r\n"
					  "Invisibilidad=1\r\nManaRequerido=50\r\n"},
	{CHARM_MIMIC, "Nombre=Mimetismo\r\nTipo=2\r\nTarget=3\r\n"
				  "Mimetiza=1\r\nManaRequerido=80\r\n"},
	{CHARM_REVIVE, "Nombre=Resucitar\r\nTipo=2\r\nTarget=1\r\n"
				   "Revivir=1\r\nNeedStaff=2\r\nManaRequerido=55\r\nStaRequerido=40\r\n"},
	{CHARM_BLIND, "Nombre=Ceguera\r\nTipo=2\r\nTarget=1\r\n"
				  "Ceguera=1\r\nManaRequerido=10\r\n"},
	{CHARM_STUPEFY, "Nombre=Aturdir\r\nTipo=2\r\nTarget=1\r\n"
					"Estupidez=1\r\nManaRequerido=10\r\n"},
	{CHARM_WAKE, "Nombre=Desaturdir\r\nTipo=2\r\nTarget=1\r\n"
				 "RemoverEstupidez=1\r\nManaRequerido=10\r\n"},
	{CHARM_STARVE,
	 "Nombre=Hambre\r\nTipo=1\r\nTarget=1\r\n"
	 "SubeHam=2\r\nMinHam=30\r\nMaxHam=30\r\nSubeSed=2\r\nMinSed=100\r\nMaxSed=100\r\nManaRequerido=10\r\n"},
	{CHARM_FEED,
	 "Nombre=Banquete\r\nTipo=1\r\nTarget=1\r\n"
	 "SubeHam=1\r\nMinHam=30\r\nMaxHam=30\r\nSubeSed=1\r\nMinSed=100\r\nMaxSed=100\r\nManaRequerido=10\r\n"},
	{CHARM_NIMBLE, "Nombre=Celeridad\r\nTipo=1\r\nTarget=1\r\n"
				   "SubeAG=1\r\nMinAG=3\r\nMaxAG=3\r\nManaRequerido=10\r\n"},
	{CHARM_CLUMSY, "Nombre=Torpeza\r\nTipo=1\r\nTarget=1\r\n"
				   "SubeAG=2\r\nMinAG=3\r\nMaxAG=3\r\nManaRequerido=10\r\n"},
	{CHARM_STRONG, "Nombre=Fuerza\r\nTipo=1\r\nTarget=1\r\n"
				   "SubeFU=1\r\nMinFU=4\r\nMaxFU=4\r\nManaRequerido=10\r\n"},
	{CHARM_WEAK, "Nombre=Debilidad\r\nTipo=1\r\nTarget=1\r\n"
				 "SubeFU=2\r\nMinFU=4\r\nMaxFU=4\r\nManaRequerido=10\r\n"},
	{CHARM_DRAIN,
	 "Nombre=Sangria\r\nTipo=1\r\nTarget=1\r\n"
	 "SubeMana=2\r\nMinMana=15\r\nMaxMana=15\r\nSubeSta=2\r\nMinSta=7\r\nMaxSta=7\r\nManaRequerido=10\r\n"},
	{CHARM_LEND, "Nombre=Aliento\r\nTipo=1\r\nTarget=1\r\n"
				 "SubeMana=1\r\nMinMana=15\r\nMaxMana=15\r\nSubeSta=1\r\nMinSta=7\r\nMaxSta=7\r\nManaRequerido=10\r\n"},
	{CHARM_SLAY, "Nombre=Ira\r\nTipo=1\r\nTarget=3\r\n"
				 "SubeHP=2\r\nMinHP=9999\r\nMaxHP=9999\r\nManaRequerido=10\r\n"},
	{CHARM_APOCALYPSE, "Nombre=Apocalipsis\r\nTipo=1\r\nTarget=3\r\n"
					   "SubeHP=2\r\nMinHP=50\r\nMaxHP=50\r\nManaRequerido=100\r\n"},
	{CHARM_CURSE, "Nombre=Maldicion\r\nTipo=2\r\nTarget=3\r\n"
				  "Maldicion=1\r\nManaRequerido=10\r\n"},
	{CHARM_BLESS, "Nombre=Bendicion\r\nTipo=2\r\nTarget=3\r\n"
				  "Bendicion=1\r\nManaRequerido=10\r\n"},
	{CHARM_SUMMON,
	 "Nombre=Llamado\r\nTipo=4\r\nTarget=4\r\n"
	 "Invoca=1\r\nNumNpc=1\r\nCant=2\r\nManaRequerido=100\r\nPalabrasMagicas=LUPUS\r\nWAV=17\r\nFXgrh=7\r\n"},
	{CHARM_CALL, "Nombre=Mascota\r\nTipo=4\r\nTarget=4\r\n"
				 "Warp=1\r\nStaRequerido=13\r\n"},
	{CHARM_EYE, "Nombre=Ojo\r\nTipo=2\r\nTarget=4\r\n"
				"RemueveInvisibilidadParcial=1\r\nFXgrh=3\r\nLoops=6\r\nWAV=16\r\nManaRequerido=10\r\n"},
	{CHARM_HUNT, "Nombre=Caza\r\nTipo=1\r\nTarget=2\r\n"
				 "SubeHP=2\r\nMinHP=5\r\nMaxHP=5\r\nManaRequerido=10\r\n"},
	{CHARM_MANY, "Nombre=Plaga\r\nTipo=1\r\nTarget=1\r\n"
				 "SubeHam=2\r\nMinHam=10\r\nMaxHam=10\r\nSubeAG=2\r\nMinAG=2\r\nMaxAG=2\r\nSubeHP=2\r\nMinHP="
				 "10\r\nMaxHP=10\r\nManaRequerido=10\r\n"},
	{CHARM_LIGHT, "Nombre=Luz\r\nTipo=0\r\nTarget=3\r\n"
				  "FXgrh=4\r\nManaRequerido=10\r\n"},
	{CHARM_UNREAL, "Nombre=Quimera\r\nTipo=4\r\nTarget=4\r\n"
				   "Invoca=1\r\nNumNpc=999\r\nCant=1\r\nManaRequerido=10\r\n"},
	{CHARM_BEYOND, "Nombre=Imposible\r\nTipo=1\r\nTarget=3\r\n"
				   "SubeHP=2\r\nMinHP=50\r\nMaxHP=50\r\nMinSkill=101\r\n"},
	{CHARM_VARIES, "Nombre=Azar\r\nTipo=1\r\nTarget=1\r\nSubeHP=2\r\nMinHP=1\r\nMaxHP=10\r\nManaRequerido=1\r\n"},
};

void little_spells_write(struct world *files)
{
	static char text[16384];
	size_t at = (size_t)snprintf(text, sizeof text, "[INIT]\r\nNumeroHechizos=%d\r\n", CHARM_COUNT - 1);
	for (unsigned i = 0; i < sizeof spells / sizeof *spells; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "\r\n[HECHIZO%u]\r\n%s", spells[i].number, spells[i].keys);
	assert_true(at < sizeof text);
	world_write(files, "Dat/Hechizos.dat", text);
}

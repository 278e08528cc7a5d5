/* test_fights.h - two who fight in the little land (tests/harness/little_world.h), for the tests of blows and shots. */
#ifndef ARGENTUM_TEST_FIGHTS_H
#define ARGENTUM_TEST_FIGHTS_H

#include "tests/unit/test_deeds.h"
#include "worker/game/fight.h"
#include "worker/game/wire.h"

enum { X = 40, Y = 40 /* in the wild */, LIFE = 10000 };

static uint32_t ana, beto;

/* Ana looks at Beto, who is beside her in the wild; her safety is off. Both live long. */
static inline void face_to_face(struct little_world *world)
{
	ana = ENTER(world, "Ana", .map = LAND_WILD, .x = X, .y = Y);
	beto = ENTER(world, "Beto", .map = LAND_WILD, .x = X, .y = Y + 1);
	player_of(world, ana)->id = 101;
	player_of(world, beto)->id = 102;
	player_of(world, ana)->safe_mode = 0;
	player_of(world, ana)->hit_min = player_of(world, ana)->hit_max = 10;
	player_of(world, ana)->experience_next = player_of(world, beto)->experience_next = 90000000;
	player_of(world, ana)->skills_assigned = player_of(world, beto)->skills_assigned = 0;
	player_of(world, beto)->hp = player_of(world, beto)->hp_max = LIFE;
	body_of(world, ana)->heading = HEADING_SOUTH;
}

static inline void rested(struct little_world *world, uint32_t who)
{
	player_of(world, who)->stamina = 100;
	pass_ms(world, 2000);
	forget(world);
}

static inline void strike(struct little_world *world)
{
	rested(world, ana);
	DO(world, ana, ATTACK);
}

static inline void shoot(struct little_world *world, unsigned x, unsigned y)
{
	rested(world, ana);
	DO(world, ana, WORK_LEFT_CLICK, .x = (int32_t)x, .y = (int32_t)y, .skill = SKILL_RANGED);
}

/* A short message told to him, taken off; NULL = no such. */
static inline const struct s2c_packet *multi(struct little_world *world, uint32_t who, unsigned id)
{
	const struct s2c_packet *packet;
	while ((packet = next_told(world, who)) != NULL) {
		if (packet->id == S2C_MULTI_MESSAGE && packet->sub == id)
			return packet;
	}
	return NULL;
}

static inline int lost(struct little_world *world)
{
	int by = LIFE - player_of(world, beto)->hp;
	player_of(world, beto)->hp = LIFE;
	return by;
}

/* Strikes until a blow hits; what was told about it waits. Returns what Beto lost. */
static inline int strike_until_it_hits(struct little_world *world)
{
	for (int i = 0; i < 500; i++) {
		strike(world);
		int by = lost(world);
		if (by > 0)
			return by;
	}
	fail_msg("no blow of 500 hits");
	return 0;
}

static inline void arm(struct little_world *world, uint32_t who, unsigned slot, enum thing thing, unsigned amount)
{
	give(world, who, slot, thing, amount);
	wear(world, who, slot);
}

static inline unsigned amount_in(struct little_world *world, uint32_t who, unsigned slot)
{
	return player_of(world, who)->inventory[slot - 1].amount;
}

/* What a blow of his does before anything keeps it off; of a weapon without dice. */
static inline int damage_of_his(struct little_world *world, uint32_t who)
{
	const struct player *player = player_of(world, who);
	struct arms arms = player_arms(&world->tx, player);
	struct damage_terms terms =
		damage_terms(&arms, catalog_class(world->catalog, player->class_id),
					 player->attributes_now[ATTRIBUTE_STRENGTH - 1], player->hit_min, player->hit_max);
	assert_int_equal(terms.weapon.min, terms.weapon.max);
	assert_int_equal(terms.own.min, terms.own.max);
	return damage_of(&terms, terms.weapon.min, terms.own.min);
}

/* At sea, in a ship of this kind, which lies in the last slot. */
static inline void sails(struct little_world *world, uint32_t who, enum thing ship)
{
	give(world, who, INVENTORY_SLOTS_NORMAL, ship, 1);
	player_of(world, who)->equipment[EQUIP_BOAT] = INVENTORY_SLOTS_NORMAL;
	body_of(world, who)->flags |= BODY_SAILING;
}

#endif

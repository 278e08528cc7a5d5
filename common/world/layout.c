/* The list of every field, kept by hand beside layout.h: a new field is a line here, or the test of the layout fails. */
#include "common/world/layout.h"

#include <stddef.h>
#include <string.h>

#define FIELD(s, f)                                                                                                    \
	{                                                                                                                  \
		.structure = #s, .field = #f, .offset = (uint32_t)offsetof(struct s, f),                                       \
		.size = (uint32_t)sizeof(((struct s *)0)->f), .structure_size = (uint32_t)sizeof(struct s)                     \
	}

static const struct layout_field fields[] = {
	/* handle */
	FIELD(handle, index),
	FIELD(handle, generation),

	/* black_box */
	FIELD(black_box, connection),
	FIELD(black_box, connection_generation),
	FIELD(black_box, player),
	FIELD(black_box, packet),
	FIELD(black_box, map),
	FIELD(black_box, since_ms),
	FIELD(black_box, player_name),

	/* process_slot */
	FIELD(process_slot, pid),
	FIELD(process_slot, life),
	FIELD(process_slot, state),
	FIELD(process_slot, asleep),
	FIELD(process_slot, heartbeat_ms),
	FIELD(process_slot, born_ms),
	FIELD(process_slot, black_box),
	FIELD(process_slot, coming),
	FIELD(process_slot, reserve),
	FIELD(process_slot, counters),
	FIELD(process_slot, repair),
	FIELD(process_slot, reserve2),

	/* traffic_row */
	FIELD(traffic_row, count),
	FIELD(traffic_row, bytes),
	FIELD(traffic_row, held_ns),
	FIELD(traffic_row, longest_ns),
	FIELD(traffic_row, held),
	FIELD(traffic_row, reserve),

	/* traffic_told */
	FIELD(traffic_told, count),
	FIELD(traffic_told, bytes),

	/* traffic */
	FIELD(traffic, row),
	FIELD(traffic, told),

	/* undo_publish */
	FIELD(undo_publish, head),
	FIELD(undo_publish, domain),
	FIELD(undo_publish, reserve),

	/* undo_log */
	FIELD(undo_log, state),
	FIELD(undo_log, life),
	FIELD(undo_log, used),
	FIELD(undo_log, publishes),
	FIELD(undo_log, reserve),
	FIELD(undo_log, publish),
	FIELD(undo_log, reserve2),

	/* undo_record */
	FIELD(undo_record, offset),
	FIELD(undo_record, length),

	/* keeper_note */
	FIELD(keeper_note, sequence),
	FIELD(keeper_note, state),
	FIELD(keeper_note, state_since_ms),
	FIELD(keeper_note, generation),
	FIELD(keeper_note, acknowledged),
	FIELD(keeper_note, durable_ms),
	FIELD(keeper_note, unsaved_since_ms),
	FIELD(keeper_note, kin),
	FIELD(keeper_note, reason),

	/* ledger_row */
	FIELD(ledger_row, minted),
	FIELD(ledger_row, burned),
	FIELD(ledger_row, turned),
	FIELD(ledger_row, restored),

	/* audit_report */
	FIELD(audit_report, sequence),
	FIELD(audit_report, number),
	FIELD(audit_report, request),
	FIELD(audit_report, findings),
	FIELD(audit_report, store_findings),
	FIELD(audit_report, held_us),
	FIELD(audit_report, unix_s),
	FIELD(audit_report, players),
	FIELD(audit_report, creatures),
	FIELD(audit_report, gold),
	FIELD(audit_report, items),
	FIELD(audit_report, store_unix_s),
	FIELD(audit_report, store_gold),
	FIELD(audit_report, store_items),
	FIELD(audit_report, store_characters),
	FIELD(audit_report, store_unknown),
	FIELD(audit_report, store_ms),
	FIELD(audit_report, store_looked),
	FIELD(audit_report, accepted),
	FIELD(audit_report, reserve),
	FIELD(audit_report, text),

	/* ring */
	FIELD(ring, announced),
	FIELD(ring, head),
	FIELD(ring, followers),
	FIELD(ring, data),
	FIELD(ring, size),
	FIELD(ring, reserve),

	/* note */
	FIELD(note, size),
	FIELD(note, kind),
	FIELD(note, bytes),
	FIELD(note, subject),
	FIELD(note, but),
	FIELD(note, x),
	FIELD(note, y),
	FIELD(note, second_x),
	FIELD(note, second_y),
	FIELD(note, second),
	FIELD(note, flags),
	FIELD(note, object),
	FIELD(note, connection),
	FIELD(note, position),

	/* domain */
	FIELD(domain, lock),
	FIELD(domain, holder),
	FIELD(domain, reserve),
	FIELD(domain, ring),

	/* stack */
	FIELD(stack, item),
	FIELD(stack, amount),

	/* hoard */
	FIELD(hoard, stacks),
	FIELD(hoard, x),
	FIELD(hoard, y),
	FIELD(hoard, reserve),

	/* map_state */
	FIELD(map_state, tick_last_ms),
	FIELD(map_state, ground_version),
	FIELD(map_state, players),
	FIELD(map_state, first_player),
	FIELD(map_state, creatures),
	FIELD(map_state, present),
	FIELD(map_state, first_creature),
	FIELD(map_state, first_waiting),
	FIELD(map_state, guards_due_ms),
	FIELD(map_state, clan_side),
	FIELD(map_state, reserve),
	FIELD(map_state, hoard),
	FIELD(map_state, occupant),
	FIELD(map_state, ground),
	FIELD(map_state, blocked),

	/* body */
	FIELD(body, generation),
	FIELD(body, map),
	FIELD(body, x),
	FIELD(body, y),
	FIELD(body, heading),
	FIELD(body, kind),
	FIELD(body, creature),
	FIELD(body, flags),
	FIELD(body, look),
	FIELD(body, head),
	FIELD(body, weapon),
	FIELD(body, shield),
	FIELD(body, helmet),
	FIELD(body, fx),
	FIELD(body, fx_loops),
	FIELD(body, reserve0),
	FIELD(body, next_on_map),
	FIELD(body, previous_on_map),
	FIELD(body, hp),
	FIELD(body, hp_max),
	FIELD(body, origin_x),
	FIELD(body, origin_y),
	FIELD(body, origin_map),
	FIELD(body, reserve),

	/* creature */
	FIELD(creature, master),
	FIELD(creature, maker),
	FIELD(creature, target),
	FIELD(creature, owner),
	FIELD(creature, owned_until_ms),
	FIELD(creature, act_due_ms),
	FIELD(creature, strike_due_ms),
	FIELD(creature, freed_ms),
	FIELD(creature, dies_ms),
	FIELD(creature, attacker_id),
	FIELD(creature, experience),
	FIELD(creature, placed),
	FIELD(creature, respawns),
	FIELD(creature, movement),
	FIELD(creature, hostile),
	FIELD(creature, tamed),
	FIELD(creature, path_length),
	FIELD(creature, path_next),
	FIELD(creature, stage),
	FIELD(creature, path),
	FIELD(creature, path_x),
	FIELD(creature, path_y),
	FIELD(creature, counter),
	FIELD(creature, center_x),
	FIELD(creature, center_y),
	FIELD(creature, poisoned),
	FIELD(creature, reserve),

	/* target */
	FIELD(target, user),
	FIELD(target, creature),
	FIELD(target, map),
	FIELD(target, x),
	FIELD(target, y),
	FIELD(target, object),
	FIELD(target, object_x),
	FIELD(target, object_y),

	/* gates */
	FIELD(gates, cast_ms),
	FIELD(gates, strike_ms),
	FIELD(gates, shot_ms),
	FIELD(gates, cast_strike_ms),
	FIELD(gates, strike_cast_ms),
	FIELD(gates, use_ms),
	FIELD(gates, work_ms),

	/* victim */
	FIELD(victim, id),
	FIELD(victim, killed_s),

	/* looks */
	FIELD(looks, look),
	FIELD(looks, head),
	FIELD(looks, weapon),
	FIELD(looks, shield),
	FIELD(looks, helmet),
	FIELD(looks, reserve),

	/* player */
	FIELD(player, generation),
	FIELD(player, id),
	FIELD(player, state),
	FIELD(player, privileges),
	FIELD(player, class_id),
	FIELD(player, race),
	FIELD(player, gender),
	FIELD(player, home),
	FIELD(player, name_length),
	FIELD(player, account_new),
	FIELD(player, connection),
	FIELD(player, reserver),
	FIELD(player, reserver_life),
	FIELD(player, version),
	FIELD(player, name_hash),
	FIELD(player, name),
	FIELD(player, password_hash),
	FIELD(player, email),
	FIELD(player, description),
	FIELD(player, created_unix_s),
	FIELD(player, experience),
	FIELD(player, experience_next),
	FIELD(player, gold),
	FIELD(player, bank_gold),
	FIELD(player, hp),
	FIELD(player, hp_max),
	FIELD(player, mana),
	FIELD(player, mana_max),
	FIELD(player, stamina),
	FIELD(player, stamina_max),
	FIELD(player, hit_min),
	FIELD(player, hit_max),
	FIELD(player, level),
	FIELD(player, thirst),
	FIELD(player, hunger),
	FIELD(player, thirst_max),
	FIELD(player, hunger_max),
	FIELD(player, charset),
	FIELD(player, skill_points),
	FIELD(player, attributes),
	FIELD(player, attributes_now),
	FIELD(player, skills),
	FIELD(player, skills_assigned),
	FIELD(player, safe_mode),
	FIELD(player, resuscitation_safe),
	FIELD(player, dead),
	FIELD(player, paralysed),
	FIELD(player, poisoned),
	FIELD(player, skill_experience),
	FIELD(player, spells),
	FIELD(player, head),
	FIELD(player, surface_map),
	FIELD(player, pet_kinds),
	FIELD(player, inventory),
	FIELD(player, bank),
	FIELD(player, equipment),
	FIELD(player, reputation),
	FIELD(player, citizens_killed),
	FIELD(player, criminals_killed),
	FIELD(player, creatures_killed),
	FIELD(player, jail_minutes),
	FIELD(player, guild),
	FIELD(player, royal_army),
	FIELD(player, chaos_legion),
	FIELD(player, played_s),
	FIELD(player, players_killed),
	FIELD(player, session_unix_s),
	FIELD(player, logout_due_ms),
	FIELD(player, got_up_ms),
	FIELD(player, walk_credit_ms),
	FIELD(player, speed_batch_ms),
	FIELD(player, speed_offence_ms),
	FIELD(player, position_request_ms),
	FIELD(player, flood_told_ms),
	FIELD(player, last_active_ms),
	FIELD(player, protected_until_ms),
	FIELD(player, target),
	FIELD(player, speed_steps),
	FIELD(player, last_message),
	FIELD(player, trading),
	FIELD(player, logout_said_s),
	FIELD(player, chat_red),
	FIELD(player, chat_green),
	FIELD(player, chat_blue),
	FIELD(player, travelling),
	FIELD(player, spell),
	FIELD(player, blind),
	FIELD(player, stupid),
	FIELD(player, inventory_unknown),
	FIELD(player, place_tells),
	FIELD(player, bank_unknown),
	FIELD(player, flood_paid_ms),
	FIELD(player, effects_due_ms),
	FIELD(player, effect_due_ms),
	FIELD(player, gates),
	FIELD(player, paraliser),
	FIELD(player, hunter),
	FIELD(player, owned),
	FIELD(player, shares),
	FIELD(player, pets),
	FIELD(player, attackable_by),
	FIELD(player, victims),
	FIELD(player, mimicked),
	FIELD(player, mimicking),
	FIELD(player, ignored),
	FIELD(player, blocking_count),
	FIELD(player, meditation_told),
	FIELD(player, victim_next),
	FIELD(player, invisible_before),
	FIELD(player, macro_logged),
	FIELD(player, reserve5),
	FIELD(player, reserve),

	/* kept_out */
	FIELD(kept_out, account),
	FIELD(kept_out, blames),
	FIELD(kept_out, blamed_ms),
	FIELD(kept_out, until_ms),

	/* address_window */
	FIELD(address_window, start_s),
	FIELD(address_window, count),

	/* address */
	FIELD(address, prefix),
	FIELD(address, connections),
	FIELD(address, attempts),
	FIELD(address, connect_paid_ms),
	FIELD(address, used_ms),
	FIELD(address, windows),

	/* realm */
	FIELD(realm, next_account_id),
	FIELD(realm, players_in_world),
	FIELD(realm, players_most),
	FIELD(realm, free_first),
	FIELD(realm, free_count),
	FIELD(realm, free_creature_first),
	FIELD(realm, free_creature_count),
	FIELD(realm, names_mask),
	FIELD(realm, version),
	FIELD(realm, closed_to_players),
	FIELD(realm, restored),
	FIELD(realm, motd_length),
	FIELD(realm, start),
	FIELD(realm, returning),
	FIELD(realm, connections),
	FIELD(realm, attempts),
	FIELD(realm, balance),
	FIELD(realm, raining),
	FIELD(realm, night),
	FIELD(realm, reserve),
	FIELD(realm, weather_due_ms),
	FIELD(realm, weather_since_ms),
	FIELD(realm, kept_out),
	FIELD(realm, motd),

	/* peer */
	FIELD(peer, address),
	FIELD(peer, record),
	FIELD(peer, reserve),

	/* connection_cursor */
	FIELD(connection_cursor, map_position),
	FIELD(connection_cursor, realm_position),
	FIELD(connection_cursor, view_from),
	FIELD(connection_cursor, appended),
	FIELD(connection_cursor, place_behind),
	FIELD(connection_cursor, place_tells),
	FIELD(connection_cursor, reserve),
	FIELD(connection_cursor, tail),
	FIELD(connection_cursor, tail_used),
	FIELD(connection_cursor, view_map),
	FIELD(connection_cursor, view_cell_x),
	FIELD(connection_cursor, view_cell_y),
	FIELD(connection_cursor, toggles),
	FIELD(connection_cursor, greeted),
	FIELD(connection_cursor, next_map),

	/* input_span */
	FIELD(input_span, start),
	FIELD(input_span, end),

	/* connection */
	FIELD(connection, owner),
	FIELD(connection, generation),
	FIELD(connection, phase),
	FIELD(connection, charset),
	FIELD(connection, dialect),
	FIELD(connection, close_reason),
	FIELD(connection, dice_rolled),
	FIELD(connection, dice),
	FIELD(connection, port),
	FIELD(connection, fd),
	FIELD(connection, player),
	FIELD(connection, segment_bytes),
	FIELD(connection, attempt),
	FIELD(connection, accepted_ms),
	FIELD(connection, phase_ms),
	FIELD(connection, input_ms),
	FIELD(connection, sent_ms),
	FIELD(connection, consumed),
	FIELD(connection, input),
	FIELD(connection, sent),
	FIELD(connection, piece_end),
	FIELD(connection, acked_base),
	FIELD(connection, output_first),
	FIELD(connection, cursor_active),
	FIELD(connection, cursor),
	FIELD(connection, attempt_start_s),
	FIELD(connection, returns_id),
	FIELD(connection, dice_paid_ms),
	FIELD(connection, creation_paid_ms),
	FIELD(connection, told_ms),
	FIELD(connection, returns_leaving_ms),
	FIELD(connection, place_sent),
	FIELD(connection, place_heard),
	FIELD(connection, place_input),
	FIELD(connection, reserve),
	FIELD(connection, input_bytes),

	/* chunk */
	FIELD(chunk, next),
	FIELD(chunk, reserve),
	FIELD(chunk, position),
	FIELD(chunk, bytes),

	/* world_limits */
	FIELD(world_limits, maps),
	FIELD(world_limits, players),
	FIELD(world_limits, creatures),
	FIELD(world_limits, connections),
	FIELD(world_limits, chunks),
	FIELD(world_limits, workers),
	FIELD(world_limits, map_ring_bytes),
	FIELD(world_limits, realm_ring_bytes),
	FIELD(world_limits, undo_bytes),
	FIELD(world_limits, items),

	/* region */
	FIELD(region, offset),
	FIELD(region, stride),
	FIELD(region, count),

	/* world_header */
	FIELD(world_header, magic),
	FIELD(world_header, layout_version),
	FIELD(world_header, state),
	FIELD(world_header, fingerprint),
	FIELD(world_header, size),
	FIELD(world_header, boot_id),
	FIELD(world_header, catalog_hash),
	FIELD(world_header, started_unix_s),
	FIELD(world_header, seed),
	FIELD(world_header, limits),
	FIELD(world_header, reserve0),
	FIELD(world_header, regions),
	FIELD(world_header, reserve),
};

const struct layout_field *layout_fields(unsigned *count)
{
	*count = sizeof fields / sizeof *fields;
	return fields;
}

static uint64_t fnv(uint64_t hash, const void *bytes, size_t length)
{
	const uint8_t *b = bytes;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ b[i]) * 0x100000001b3u;
	return hash;
}

uint32_t world_fingerprint_salt;

uint64_t world_fingerprint(void)
{
	static const uint32_t constants[] = {WORLD_LAYOUT_VERSION, PROCESS_SLOTS, WORKERS_MAX, WORLD_REGION_COUNT,
										 COUNTER_COUNT};
	uint64_t hash = fnv(0xcbf29ce484222325u, constants, sizeof constants);
	for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct layout_field *f = &fields[i];
		hash = fnv(hash, f->structure, strlen(f->structure) + 1);
		hash = fnv(hash, f->field, strlen(f->field) + 1);
		hash = fnv(hash, &f->offset, sizeof f->offset);
		hash = fnv(hash, &f->size, sizeof f->size);
		hash = fnv(hash, &f->structure_size, sizeof f->structure_size);
	}
	if (world_fingerprint_salt != 0)
		hash = fnv(hash, &world_fingerprint_salt, sizeof world_fingerprint_salt);
	return hash;
}

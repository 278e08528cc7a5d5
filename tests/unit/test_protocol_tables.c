/* The packet tables, their writer and their reader, checked with bytes written down by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/rng.h"
#include "common/protocol/packets.h"

#define LIMIT 8192

static uint8_t buffer[1 << 17];
static struct packet_writer out;

static void start(enum dialect dialect)
{
	packet_writer_start(&out, buffer, sizeof buffer, dialect);
}

#define EXPECT_BYTES(...)                                                                                              \
	do {                                                                                                               \
		const uint8_t expected_[] = {__VA_ARGS__};                                                                     \
		assert_int_equal(out.length, sizeof expected_);                                                                \
		assert_memory_equal(out.data, expected_, sizeof expected_);                                                    \
	} while (0)

/* The PUT must be refused for this reason, and leave no trace. */
#define EXPECT_REFUSED(reason, put)                                                                                    \
	do {                                                                                                               \
		size_t before_ = out.length;                                                                                   \
		packet_writer_forgive(&out);                                                                                   \
		assert_false(put);                                                                                             \
		assert_true(out.failed);                                                                                       \
		assert_int_equal(out.failure, (reason));                                                                       \
		assert_int_equal(out.length, before_);                                                                         \
	} while (0)

static enum packet_status read_c2s(const void *bytes, size_t length, size_t *used, struct c2s_packet *packet)
{
	return c2s_read(DIALECT_GODOT, bytes, length, LIMIT, used, packet);
}

/* --- writing ----------------------------------------------------------------------------------------------------------- */

static void a_console_line_is_id_length_text_and_font(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, CONSOLE_MSG, .text = TEXT("hola"), .font = FONT_INFO));
	EXPECT_BYTES(24, 4, 0, 'h', 'o', 'l', 'a', 3);
}

static void numbers_are_little_endian_and_signed(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, UPDATE_GOLD, .gold = 0x01020304));
	assert_true(PUT(&out, UPDATE_EXP, .exp = -2));
	assert_true(PUT(&out, UPDATE_HP, .hp = -1));
	assert_true(PUT_MULTI(&out, USER_HIT_NPC, .damage = 258));
	EXPECT_BYTES(18, 4, 3, 2, 1, 20, 0xFE, 0xFF, 0xFF, 0xFF, 17, 0xFF, 0xFF, 104, 13, 2, 1, 0, 0);
}

static void an_empty_packet_is_its_id(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, PONG));
	assert_true(PUT_MULTI(&out, FINISH_HOME));
	assert_true(PUT_GM(&out, INVISIBLE));
	assert_true(PUT_C2S(&out, PING));
	EXPECT_BYTES(88, 104, 23, 122, 16, 119);
}

static void fields_not_named_are_zero_or_empty(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 25));
	EXPECT_BYTES(47, 25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void values_at_the_edge_of_their_range_are_written_and_one_beyond_is_refused(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, CHARACTER_MOVE, .char_index = 1, .x = 1, .y = 100));
	assert_true(PUT(&out, CHARACTER_MOVE, .char_index = 32767, .x = 100, .y = 1));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHARACTER_MOVE, .char_index = 0, .x = 1, .y = 1));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHARACTER_MOVE, .char_index = 32768, .x = 1, .y = 1));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHARACTER_MOVE, .char_index = 1, .x = 0, .y = 1));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHARACTER_MOVE, .char_index = 1, .x = 1, .y = 101));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHARACTER_MOVE, .char_index = 1, .x = 257, .y = 1));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, FORCE_CHAR_MOVE, .heading = 0));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, FORCE_CHAR_MOVE, .heading = 5));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CONSOLE_MSG, .text = TEXT("x"), .font = 21));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_MAP, .map = 0));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_MAP, .map = 291));
	assert_true(PUT(&out, CHANGE_MAP, .map = 290));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CREATE_FX, .char_index = 1, .fx = 36));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CREATE_FX, .char_index = 1, .fx = 1, .loops = -2));
	assert_true(PUT(&out, CREATE_FX, .char_index = 1, .fx = FX_NONE, .loops = FX_FOREVER));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, OBJECT_CREATE, .x = 1, .y = 1, .grh_index = 0));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, OBJECT_CREATE, .x = 1, .y = 1, .grh_index = 23651));
	assert_true(PUT(&out, PLAY_WAVE, .wave = SOUND_SWING));
}

static void slots_have_the_sizes_of_the_clients_arrays(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 0));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 26));
	assert_true(PUT(&out, CHANGE_BANK_SLOT, .slot = 40));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_BANK_SLOT, .slot = 41));
	assert_true(PUT(&out, CHANGE_SPELL_SLOT, .slot = 35));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_SPELL_SLOT, .slot = 36));
	assert_true(PUT(&out, CHANGE_NPC_INVENTORY_SLOT, .slot = 50));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_NPC_INVENTORY_SLOT, .slot = 51));
	start(DIALECT_CLASSIC);
	assert_true(PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 30));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 31));
}

static bool put_with_privileges(int32_t privileges)
{
	return PUT(&out, CHARACTER_CREATE, .char_index = 7, .heading = HEADING_SOUTH, .x = 50, .y = 50,
			   .privileges = privileges);
}

static void privileges_are_those_with_a_colour(void **state)
{
	static const uint8_t legal[] = {0, 1, 2, 4, 8, 16, 32, 65, 129};
	(void)state;
	start(DIALECT_GODOT);
	for (int32_t value = -1; value <= 256; value++) {
		bool is_legal = value >= 0 && value < 256 && memchr(legal, value, sizeof legal);
		assert_int_equal(put_with_privileges(value), is_legal);
	}
	start(DIALECT_CLASSIC);
	assert_true(put_with_privileges(128));
}

static void only_skills_that_have_a_text_are_asked_a_target_for(void **state)
{
	static const uint8_t legal[] = {1, 2, 9, 12, 13, 17, 18, 88};
	(void)state;
	start(DIALECT_GODOT);
	for (int32_t skill = 0; skill < 256; skill++)
		assert_int_equal(PUT_MULTI(&out, WORK_REQUEST_TARGET, .skill = skill),
						 memchr(legal, skill, sizeof legal) != NULL);
}

static void body_parts_are_one_to_six(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT_MULTI(&out, USER_HITTED_USER, .victim_char = 3, .body_part = BODY_PART_TORSO, .damage = 60));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT_MULTI(&out, USER_HITTED_USER, .victim_char = 3, .body_part = 7));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT_MULTI(&out, NPC_HIT_USER, .body_part = 0, .damage = 1));
}

static void a_number_too_big_for_the_wire_is_refused_and_not_wrapped(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, UPDATE_HP, .hp = 40000));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, UPDATE_GOLD, .gold = INT64_C(3000000000)));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, UPDATE_STRENGHT, .strength = 256));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 1, .sale_price = NAN));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CHANGE_INVENTORY_SLOT, .slot = 1, .sale_price = INFINITY));
}

static void what_the_godot_client_cannot_skip_is_refused_there(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	EXPECT_REFUSED(PUT_NOT_READ, PUT(&out, SHOW_SIGNAL, .text = TEXT("Nix")));
	EXPECT_REFUSED(PUT_NOT_READ, PUT(&out, WORK_REQUEST_TARGET, .skill = 9));
	EXPECT_REFUSED(PUT_NOT_READ, PUT(&out, DISCONNECT));
	EXPECT_REFUSED(PUT_NOT_READ, PUT(&out, ADD_SLOTS, .backpack_type = BACKPACK_BIG));
	start(DIALECT_CLASSIC);
	assert_true(PUT(&out, SHOW_SIGNAL, .text = TEXT("Nix"), .grh_index = 517));
	assert_true(PUT(&out, ADD_SLOTS, .backpack_type = BACKPACK_BIG));
	EXPECT_BYTES(58, 3, 0, 'N', 'i', 'x', 5, 2, 103, 2);
}

static void ids_that_no_table_has_cannot_be_put(void **state)
{
	static const struct s2c_packet zero;
	(void)state;
	start(DIALECT_CLASSIC);
	EXPECT_REFUSED(PUT_NO_SUCH_ID, packet_put(&out, TABLE_S2C, 107, &zero.first));
	EXPECT_REFUSED(PUT_NO_SUCH_ID, packet_put(&out, TABLE_C2S, 130, &zero.first));
	EXPECT_REFUSED(PUT_NO_SUCH_ID, packet_put(&out, TABLE_GM, 0, &zero.first));
	EXPECT_REFUSED(PUT_NO_SUCH_ID, packet_put(&out, TABLE_GM, 149, &zero.first));
	EXPECT_REFUSED(PUT_NO_SUCH_ID, packet_put(&out, TABLE_MULTI, 24, &zero.first));
	EXPECT_REFUSED(PUT_NO_SUCH_ID, PUT(&out, MULTI_MESSAGE, .msg = 1));
	EXPECT_REFUSED(PUT_NO_SUCH_ID, PUT_C2S(&out, GM_COMMANDS, .sub_id = 1));
}

static void a_refused_packet_leaves_the_others_whole(void **state)
{
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, POS_UPDATE, .x = 50, .y = 51));
	assert_false(PUT(&out, CONSOLE_MSG, .text = TEXT("perdido"), .font = 99));
	assert_true(PUT(&out, PONG));
	EXPECT_BYTES(22, 50, 51, 88);
	assert_true(out.failed);
	assert_ptr_equal(out.failed_packet, packet_layout(TABLE_S2C, S2C_CONSOLE_MSG));
}

static void a_packet_that_does_not_fit_writes_nothing(void **state)
{
	uint8_t small[9];
	(void)state;
	memset(small, 0xEE, sizeof small);
	packet_writer_start(&out, small, 8, DIALECT_GODOT);
	assert_true(PUT(&out, POS_UPDATE, .x = 1, .y = 2));
	EXPECT_REFUSED(PUT_NO_ROOM, PUT(&out, CONSOLE_MSG, .text = TEXT("dos"), .font = 0));
	assert_true(PUT(&out, CONSOLE_MSG, .text = TEXT("a"), .font = 0));
	EXPECT_REFUSED(PUT_NO_ROOM, PUT(&out, PONG));
	EXPECT_BYTES(22, 1, 2, 24, 1, 0, 'a', 0);
	assert_int_equal(small[8], 0xEE);
}

static void a_text_may_have_32767_bytes_and_no_more(void **state)
{
	static char long_text[32768];
	(void)state;
	memset(long_text, 'x', sizeof long_text);
	start(DIALECT_GODOT);
	assert_true(PUT(&out, ERROR_MSG, .text = text_bytes(long_text, 32767)));
	assert_int_equal(out.length, 3 + 32767);
	assert_int_equal(out.data[1] | out.data[2] << 8, 32767);
	EXPECT_REFUSED(PUT_TEXT_TOO_LONG, PUT(&out, ERROR_MSG, .text = text_bytes(long_text, 32768)));
}

static void a_refusal_is_told_in_words(void **state)
{
	struct problem why;
	(void)state;
	start(DIALECT_GODOT);
	assert_false(PUT(&out, CONSOLE_MSG, .font = 21));
	assert_false(PUT(&out, FORCE_CHAR_MOVE, .heading = 9)); /* the first reason stays */
	packet_writer_explain(&out, &why);
	assert_string_equal(why.text, "ConsoleMsg: font = 21, 0..20 is allowed (godot)");
	packet_writer_forgive(&out);
	assert_false(PUT(&out, SHOW_FORUM_FORM));
	packet_writer_explain(&out, &why);
	assert_string_equal(why.text, "ShowForumForm: not read by this client (godot)");
}

static void lists_of_records_are_written_and_read_back(void **state)
{
	static const struct record_CARPENTER_ITEM items[2] = {
		{.name = {"Flecha", 6}, .grh_index = 615, .wood = 3, .obj_index = 480},
		{.name = {"Arco", 4}, .grh_index = 616, .wood = 120, .obj_index = 478}};
	struct s2c_packet packet;
	struct record_CARPENTER_ITEM item;
	size_t used;
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, CARPENTER_OBJECTS, .count = 2, .items = {.list = items}));
	assert_int_equal(s2c_read(DIALECT_GODOT, out.data, out.length, LIMIT, &used, &packet), PACKET_OK);
	assert_int_equal(packet.CARPENTER_OBJECTS.count, 2);
	const uint8_t *wire = packet.CARPENTER_OBJECTS.items.wire;
	size_t size = packet.CARPENTER_OBJECTS.items.wire_size;
	for (int i = 0; i < 2; i++) {
		assert_true(packet_record_next(RECORD_CARPENTER_ITEM, &wire, &size, &item));
		assert_true(text_equal(item.name, items[i].name));
		assert_int_equal(item.wood, items[i].wood);
	}
	assert_false(packet_record_next(RECORD_CARPENTER_ITEM, &wire, &size, &item));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CARPENTER_OBJECTS, .count = 1));
	EXPECT_REFUSED(PUT_OUT_OF_RANGE, PUT(&out, CARPENTER_OBJECTS, .count = -1));
}

/* --- dialects ---------------------------------------------------------------------------------------------------------- */

static void a_codex_is_eight_texts_for_godot_and_one_for_classic(void **state)
{
	static const uint8_t classic[] = {47, 1, 0, 'd', 9, 0, 'u', 'n', 'o', 0, 0, 't', 'r', 'e', 's'};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT_C2S(&out, CLAN_CODEX_UPDATE, .description = TEXT("d"), .codex = {TEXT("uno"), [2] = TEXT("tres")}));
	EXPECT_BYTES(47, 1, 0, 'd', 3, 0, 'u', 'n', 'o', 0, 0, 4, 0, 't', 'r', 'e', 's', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	start(DIALECT_CLASSIC);
	assert_true(PUT_C2S(&out, CLAN_CODEX_UPDATE, .description = TEXT("d"), .codex = {TEXT("uno"), [2] = TEXT("tres")}));
	EXPECT_BYTES(47, 1, 0, 'd', 14, 0, 'u', 'n', 'o', 0, 0, 't', 'r', 'e', 's', 0, 0, 0, 0, 0);
	assert_int_equal(c2s_read(DIALECT_CLASSIC, classic, sizeof classic, LIMIT, &used, &packet), PACKET_OK);
	assert_int_equal(used, sizeof classic);
	assert_true(text_equal(packet.CLAN_CODEX_UPDATE.codex[0], TEXT("uno")));
	assert_int_equal(packet.CLAN_CODEX_UPDATE.codex[1].length, 0);
	assert_true(text_equal(packet.CLAN_CODEX_UPDATE.codex[2], TEXT("tres")));
	assert_int_equal(packet.CLAN_CODEX_UPDATE.codex[7].length, 0);
}

static void more_codex_lines_than_eight_are_dropped(void **state)
{
	static const uint8_t classic[] = {47, 0,   0, 19,  0, '1', 0, '2', 0, '3', 0, '4',
									  0,  '5', 0, '6', 0, '7', 0, '8', 0, '9', 0, 0};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(c2s_read(DIALECT_CLASSIC, classic, sizeof classic, LIMIT, &used, &packet), PACKET_OK);
	assert_int_equal(used, sizeof classic);
	assert_true(text_equal(packet.CLAN_CODEX_UPDATE.codex[7], TEXT("8")));
}

static void classic_clients_move_items_with_two_bytes(void **state)
{
	static const uint8_t bytes[] = {129, 1, 5, 119};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(c2s_read(DIALECT_CLASSIC, bytes, sizeof bytes, LIMIT, &used, &packet), PACKET_OK);
	assert_int_equal(used, 3);
	assert_int_equal(packet.MOVE_ITEM.to_slot, 5);
	assert_int_equal(packet.MOVE_ITEM.move_type, 0);
	assert_int_equal(c2s_read(DIALECT_GODOT, bytes, sizeof bytes, LIMIT, &used, &packet), PACKET_OK);
	assert_int_equal(used, 4);
	assert_int_equal(packet.MOVE_ITEM.move_type, 119);
}

static void game_master_commands_have_the_numbers_of_0_13_3(void **state)
{
	static const uint8_t bytes[] = {122, 108, 1, 122, 120, 122, 148, 1, 0, 'x'};
	struct c2s_packet packet;
	size_t used;
	size_t at = 0;
	(void)state;
	assert_int_equal(GM_WARP_CHAR, 11);
	assert_int_equal(GM_CHANGE_MAP_INFO_PK, 108);
	assert_int_equal(GM_HIGHER_ADMINS_MESSAGE, 148);
	assert_int_equal(read_c2s(bytes, sizeof bytes, &used, &packet), PACKET_OK);
	assert_int_equal(packet.id, C2S_GM_COMMANDS);
	assert_int_equal(packet.sub, GM_CHANGE_MAP_INFO_PK);
	assert_true(packet.gm.CHANGE_MAP_INFO_PK.pk);
	at += used;
	assert_int_equal(read_c2s(bytes + at, sizeof bytes - at, &used, &packet), PACKET_OK);
	assert_int_equal(packet.sub, GM_CLEAN_SOS);
	at += used;
	assert_int_equal(read_c2s(bytes + at, sizeof bytes - at, &used, &packet), PACKET_OK);
	assert_int_equal(packet.sub, GM_HIGHER_ADMINS_MESSAGE);
	assert_int_equal(at + used, sizeof bytes);
}

static void a_banned_address_is_four_bytes_and_a_banned_nick_a_text(void **state)
{
	static const uint8_t bytes[] = {122, 74, 1, 10, 0, 0, 1, 1, 0, 'x', 122, 74, 0, 2, 0, 'Y', 'o', 0, 0};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(read_c2s(bytes, sizeof bytes, &used, &packet), PACKET_OK);
	assert_int_equal(used, 10);
	assert_memory_equal(packet.gm.BAN_IP.target.ip, ((uint8_t[]){10, 0, 0, 1}), 4);
	assert_true(text_equal(packet.gm.BAN_IP.reason, TEXT("x")));
	assert_int_equal(read_c2s(bytes + 10, sizeof bytes - 10, &used, &packet), PACKET_OK);
	assert_true(text_equal(packet.gm.BAN_IP.target.text, TEXT("Yo")));
	assert_int_equal(used, sizeof bytes - 10);
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

static void numbers_are_given_as_they_came(void **state)
{
	static const uint8_t bytes[] = {24, 255, 0xFF, 0xFF, 111, 0, 0, 0, 0x80, 6, 0};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(read_c2s(bytes, sizeof bytes, &used, &packet), PACKET_OK);
	assert_int_equal(packet.DROP.slot, 255);
	assert_int_equal(packet.DROP.amount, -1);
	assert_int_equal(read_c2s(bytes + 4, sizeof bytes - 4, &used, &packet), PACKET_OK);
	assert_true(packet.BANK_EXTRACT_GOLD.amount == INT32_MIN);
	assert_int_equal(read_c2s(bytes + 9, sizeof bytes - 9, &used, &packet), PACKET_OK);
	assert_int_equal(packet.WALK.heading, 0);
}

static void a_bool_that_is_neither_0_nor_1_is_true_and_reported(void **state)
{
	static const uint8_t odd[] = {45, 7, 3};
	static const uint8_t honest[] = {45, 1, 3};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(read_c2s(odd, sizeof odd, &used, &packet), PACKET_OK);
	assert_int_equal(packet.MOVE_SPELL.upwards, true);
	assert_true(packet.odd_bool);
	assert_int_equal(read_c2s(honest, sizeof honest, &used, &packet), PACKET_OK);
	assert_false(packet.odd_bool);
}

static void unknown_ids_end_the_stream(void **state)
{
	struct c2s_packet client;
	struct s2c_packet server;
	size_t used;
	(void)state;
	for (unsigned id = 0; id < 256; id++) {
		uint8_t bytes[600] = {(uint8_t)id};
		uint8_t gm[600] = {122, (uint8_t)id};
		uint8_t multi[600] = {104, (uint8_t)id};
		if (id != 122)
			assert_int_equal(read_c2s(bytes, sizeof bytes, &used, &client), id < 130 ? PACKET_OK : PACKET_UNKNOWN_ID);
		assert_int_equal(read_c2s(gm, sizeof gm, &used, &client), id >= 1 && id <= 148 ? PACKET_OK : PACKET_UNKNOWN_ID);
		assert_int_equal(s2c_read(DIALECT_CLASSIC, bytes, sizeof bytes, LIMIT, &used, &server),
						 id < 107 ? PACKET_OK : PACKET_UNKNOWN_ID);
		assert_int_equal(s2c_read(DIALECT_GODOT, multi, sizeof multi, LIMIT, &used, &server),
						 id < 24 ? PACKET_OK : PACKET_UNKNOWN_ID);
	}
	assert_int_equal(s2c_read(DIALECT_GODOT, (uint8_t[]){46, 9}, 2, LIMIT, &used, &server), PACKET_UNKNOWN_ID);
	assert_int_equal(used, 0);
}

static void a_negative_length_from_a_client_ends_the_stream(void **state)
{
	static const uint8_t first[] = {3, 0xFF, 0xFF, 'x', 'x', 'x'};
	static const uint8_t lowest[] = {3, 0x00, 0x80, 'x', 'x', 'x'};
	static const uint8_t second[] = {5, 1, 0, 'p', 0xFE, 0xFF, 'x'};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(read_c2s(first, sizeof first, &used, &packet), PACKET_BAD_LENGTH);
	assert_int_equal(read_c2s(lowest, sizeof lowest, &used, &packet), PACKET_BAD_LENGTH);
	assert_int_equal(read_c2s(second, sizeof second, &used, &packet), PACKET_BAD_LENGTH);
	assert_int_equal(used, 0);
}

static void a_client_reads_a_negative_length_as_the_empty_text(void **state)
{
	static const uint8_t bytes[] = {24, 0xFF, 0xFF, 3, 88};
	struct s2c_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(s2c_read(DIALECT_GODOT, bytes, sizeof bytes, LIMIT, &used, &packet), PACKET_OK);
	assert_int_equal(packet.CONSOLE_MSG.text.length, 0);
	assert_int_equal(packet.CONSOLE_MSG.font, 3);
	assert_int_equal(used, 4);
}

static void a_packet_beyond_the_limit_is_told_at_once(void **state)
{
	static const uint8_t talk[] = {3, 0xF0, 0x1F}; /* 8176 bytes will follow */
	static const uint8_t whisper[] = {5, 1, 0, 'p', 0xFF, 0x7F};
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(c2s_read(DIALECT_GODOT, talk, 3, 8179, &used, &packet), PACKET_INCOMPLETE);
	assert_int_equal(c2s_read(DIALECT_GODOT, talk, 3, 8178, &used, &packet), PACKET_TOO_LONG);
	assert_int_equal(c2s_read(DIALECT_GODOT, whisper, 6, 8192, &used, &packet), PACKET_TOO_LONG);
	assert_int_equal(c2s_read(DIALECT_GODOT, (uint8_t[]){38}, 1, 20, &used, &packet), PACKET_TOO_LONG);
	assert_int_equal(c2s_read(DIALECT_GODOT, (uint8_t[]){38}, 1, 21, &used, &packet), PACKET_INCOMPLETE);
	assert_int_equal(c2s_read(DIALECT_GODOT, (uint8_t[]){122, 21}, 2, 6, &used, &packet), PACKET_TOO_LONG);
}

static void a_record_count_never_outgrows_the_bytes(void **state)
{
	uint8_t bytes[] = {51, 0xFF, 0x7F, 0, 0};
	struct s2c_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(s2c_read(DIALECT_GODOT, bytes, sizeof bytes, LIMIT, &used, &packet), PACKET_TOO_LONG);
	assert_int_equal(s2c_read(DIALECT_GODOT, bytes, sizeof bytes, SIZE_MAX, &used, &packet), PACKET_INCOMPLETE);
}

static void nothing_is_an_incomplete_packet(void **state)
{
	struct c2s_packet packet;
	size_t used = 99;
	(void)state;
	assert_int_equal(read_c2s(NULL, 0, &used, &packet), PACKET_INCOMPLETE);
	assert_int_equal(used, 0);
	assert_int_equal(read_c2s((uint8_t[]){122}, 1, &used, &packet), PACKET_INCOMPLETE);
}

/* Random bytes: no read beyond the end (each try has an allocation of its exact size), and what is read as a server's
 * packet and lies within the writer's ranges comes out as the same bytes again. */
static void random_bytes_do_no_harm_and_what_they_mean_is_kept(void **state)
{
	struct rng rng;
	unsigned kept = 0;
	(void)state;
	rng_seed(&rng, 20240229);
	for (unsigned round = 0; round < 200000; round++) {
		enum dialect dialect = round % 2 ? DIALECT_CLASSIC : DIALECT_GODOT;
		size_t length = (size_t)rng_range(&rng, 1, 64);
		uint8_t *data = malloc(length);
		struct s2c_packet server;
		struct c2s_packet client;
		size_t used;
		assert_non_null(data);
		data[0] = (uint8_t)rng_range(&rng, 0, 140);
		for (size_t i = 1; i < length; i++)
			data[i] = (uint8_t)(rng_range(&rng, 0, 2) > 0 ? rng_range(&rng, 0, 4) : rng_range(&rng, 0, 255));
		if (c2s_read(dialect, data, length, LIMIT, &used, &client) == PACKET_OK) {
			assert_true(used <= length);
			start(dialect);
			bool gm = client.id == C2S_GM_COMMANDS;
			assert_true(packet_put(&out, gm ? TABLE_GM : TABLE_C2S, gm ? client.sub : client.id, &client.first));
			if (!client.odd_bool && client.id != C2S_CLAN_CODEX_UPDATE && client.id != C2S_CREATE_NEW_GUILD) {
				assert_int_equal(out.length, used);
				assert_memory_equal(out.data, data, used);
				kept++;
			}
		}
		if (s2c_read(dialect, data, length, LIMIT, &used, &server) == PACKET_OK) {
			assert_int_equal(s2c_whole_prefix(dialect, data, used, used), used);
			assert_int_equal(s2c_whole_prefix(dialect, data, used, used - 1), 0);
			start(dialect);
			(void)packet_recode(CHARSET_UTF8, data, used, &out);
			assert_true(out.length <= 2 * used);
			char words[200];
			assert_true(s2c_to_text(&server, words, sizeof words) < sizeof words);
		}
		free(data);
	}
	assert_true(kept > 10000);
}

/* --- charsets ---------------------------------------------------------------------------------------------------------- */

static void recoding_changes_texts_but_not_lists(void **state)
{
	uint8_t latin1[64];
	struct packet_writer source;
	(void)state;
	packet_writer_start(&source, latin1, sizeof latin1, DIALECT_GODOT);
	assert_true(PUT(&source, CONSOLE_MSG,
					.text = TEXT("\xA1"
								 "a\xF1o!"),
					.font = 3));
	assert_true(PUT(&source, GUILD_NEWS, .news = TEXT("\xF3"), .enemies = TEXT("\xE9"), .allies = TEXT("")));
	start(DIALECT_GODOT);
	assert_true(packet_recode(CHARSET_UTF8, latin1, source.length, &out));
	EXPECT_BYTES(24, 7, 0, 0xC2, 0xA1, 'a', 0xC3, 0xB1, 'o', '!', 3, 73, 2, 0, 0xC3, 0xB3, 1, 0, 0xE9, 0, 0);
	start(DIALECT_GODOT);
	assert_true(packet_recode(CHARSET_ASCII, latin1, source.length, &out));
	EXPECT_BYTES(24, 4, 0, 'a', 'n', 'o', '!', 3, 73, 1, 0, 'o', 1, 0, 0xE9, 0, 0);
	start(DIALECT_GODOT);
	assert_true(packet_recode(CHARSET_LATIN1, latin1, source.length, &out));
	assert_int_equal(out.length, source.length);
	assert_memory_equal(out.data, latin1, source.length);
}

static void recoding_is_all_or_nothing(void **state)
{
	static const uint8_t cut[] = {88, 24, 4, 0, 'h', 'o'};
	static const uint8_t fine[] = {88, 24, 2, 0, 0xF1, 0xF1, 0};
	uint8_t small[8];
	(void)state;
	start(DIALECT_GODOT);
	assert_true(PUT(&out, PONG));
	EXPECT_REFUSED(PUT_MALFORMED, packet_recode(CHARSET_UTF8, cut, sizeof cut, &out));
	EXPECT_BYTES(88);
	packet_writer_start(&out, small, sizeof small, DIALECT_GODOT);
	EXPECT_REFUSED(PUT_NO_ROOM, packet_recode(CHARSET_UTF8, fine, sizeof fine, &out));
	assert_true(packet_recode(CHARSET_ASCII, fine, sizeof fine, &out));
}

static void a_text_that_outgrows_the_wire_is_cut_between_characters(void **state)
{
	static uint8_t latin1[32770];
	(void)state;
	memset(latin1, 0xF1, sizeof latin1);
	latin1[0] = S2C_ERROR_MSG;
	latin1[1] = 0xFF;
	latin1[2] = 0x7F;
	start(DIALECT_GODOT);
	assert_true(packet_recode(CHARSET_UTF8, latin1, sizeof latin1, &out));
	assert_int_equal(out.length, 3 + 32766);
	assert_int_equal(out.data[1] | out.data[2] << 8, 32766);
}

/* --- names and words --------------------------------------------------------------------------------------------------- */

static void names_are_those_of_the_protocol(void **state)
{
	(void)state;
	assert_string_equal(s2c_name(S2C_CONSOLE_MSG), "ConsoleMsg");
	assert_string_equal(c2s_name(C2S_LOGIN_EXISTING_CHAR), "LoginExistingChar");
	assert_string_equal(gm_name(GM_GM_MESSAGE), "GM_MESSAGE");
	assert_string_equal(multi_name(MULTI_HOME), "Home");
	assert_string_equal(s2c_name(107), "?");
	assert_string_equal(c2s_name(255), "?");
	assert_string_equal(gm_name(0), "?");
}

static void a_packet_is_shown_with_its_fields(void **state)
{
	char words[256];
	(void)state;
	packet_to_text(TABLE_S2C, S2C_CONSOLE_MSG,
				   &(struct s2c_CONSOLE_MSG){.text = TEXT("\xA1"
														  "a\"b\x07"),
											 .font = 3},
				   words, sizeof words);
	assert_string_equal(words, "ConsoleMsg text=\"\xC2\xA1"
							   "a\\\"b\\x07\" font=3");
	packet_to_text(TABLE_GM, GM_WARP_CHAR, &(struct gm_WARP_CHAR){.username = TEXT("YO"), .map = 1, .x = 50, .y = 51},
				   words, sizeof words);
	assert_string_equal(words, "GMCommands/WARP_CHAR username=\"YO\" map=1 x=50 y=51");
	packet_to_text(TABLE_S2C, S2C_GUILD_LIST, &(struct s2c_GUILD_LIST){.guilds = {"Uno\0Dos", 7}}, words, sizeof words);
	assert_string_equal(words, "GuildList guilds=[\"Uno\", \"Dos\"]");
}

static void passwords_are_never_shown(void **state)
{
	static const uint8_t login[] = {0, 4, 0, 'P', 'e', 'p', 'e', 5, 0, 'c', 'l', 'a', 'v', 'e', 0, 13, 0};
	char words[256];
	struct c2s_packet packet;
	size_t used;
	(void)state;
	assert_int_equal(read_c2s(login, sizeof login, &used, &packet), PACKET_OK);
	c2s_to_text(&packet, words, sizeof words);
	assert_string_equal(words, "LoginExistingChar username=\"Pepe\" password=*** ver_major=0 ver_minor=13 ver_patch=0");
	packet_to_text(TABLE_C2S, C2S_LOGIN_NEW_CHAR, &(struct c2s_LOGIN_NEW_CHAR){.password = TEXT("clave")}, words,
				   sizeof words);
	assert_null(strstr(words, "clave"));
	packet_to_text(TABLE_C2S, C2S_CHANGE_PASSWORD,
				   &(struct c2s_CHANGE_PASSWORD){.old_password = TEXT("vieja"), .new_password = TEXT("nueva")}, words,
				   sizeof words);
	assert_string_equal(words, "ChangePassword old_password=*** new_password=***");
}

static void words_that_do_not_fit_are_cut(void **state)
{
	char small[12];
	(void)state;
	for (size_t capacity = 1; capacity <= sizeof small; capacity++) {
		memset(small, 'x', sizeof small);
		size_t length = packet_to_text(TABLE_S2C, S2C_ERROR_MSG, &(struct s2c_ERROR_MSG){.text = TEXT("\xF1\xF1\xF1")},
									   small, capacity);
		assert_true(length < capacity);
		assert_int_equal(small[length], '\0');
	}
}

/* Every field of every row: inside its struct, the sizes add up, ranges fit the wire. */
static void the_tables_are_sound(void **state)
{
	unsigned rows = 0;
	(void)state;
	for (unsigned table = 0; table < TABLE_COUNT; table++) {
		for (unsigned id = 0; id < packet_table_size((enum packet_table)table); id++) {
			const struct packet_layout *layout = packet_layout((enum packet_table)table, id);
			if (!layout)
				continue;
			rows++;
			assert_int_equal(layout->id, id);
			assert_int_equal(layout->table, table);
			assert_true(layout->min_size[DIALECT_CLASSIC] <= layout->min_size[DIALECT_GODOT]);
			for (unsigned i = 0; i < layout->field_count; i++) {
				const struct packet_field *field = &layout->fields[i];
				assert_true(field->offset < layout->struct_size);
				assert_true(field->count >= 1);
				assert_ptr_equal(packet_field_find(layout, field->name), field);
				for (unsigned dialect = 0; dialect < DIALECT_COUNT; dialect++) {
					const struct packet_range *range = &packet_ranges[dialect][field->range];
					if (field->type == FIELD_U8)
						assert_true(range->low >= 0 && range->high <= UINT8_MAX);
					if (field->type == FIELD_I16)
						assert_true(range->low >= INT16_MIN && range->high <= INT16_MAX);
				}
			}
		}
	}
	assert_int_equal(rows, 107 + 130 + 148 + 24);
	assert_null(packet_field_find(packet_layout(TABLE_S2C, S2C_PONG), "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_console_line_is_id_length_text_and_font),
		cmocka_unit_test(numbers_are_little_endian_and_signed),
		cmocka_unit_test(an_empty_packet_is_its_id),
		cmocka_unit_test(fields_not_named_are_zero_or_empty),
		cmocka_unit_test(values_at_the_edge_of_their_range_are_written_and_one_beyond_is_refused),
		cmocka_unit_test(slots_have_the_sizes_of_the_clients_arrays),
		cmocka_unit_test(privileges_are_those_with_a_colour),
		cmocka_unit_test(only_skills_that_have_a_text_are_asked_a_target_for),
		cmocka_unit_test(body_parts_are_one_to_six),
		cmocka_unit_test(a_number_too_big_for_the_wire_is_refused_and_not_wrapped),
		cmocka_unit_test(what_the_godot_client_cannot_skip_is_refused_there),
		cmocka_unit_test(ids_that_no_table_has_cannot_be_put),
		cmocka_unit_test(a_refused_packet_leaves_the_others_whole),
		cmocka_unit_test(a_packet_that_does_not_fit_writes_nothing),
		cmocka_unit_test(a_text_may_have_32767_bytes_and_no_more),
		cmocka_unit_test(a_refusal_is_told_in_words),
		cmocka_unit_test(lists_of_records_are_written_and_read_back),
		cmocka_unit_test(a_codex_is_eight_texts_for_godot_and_one_for_classic),
		cmocka_unit_test(more_codex_lines_than_eight_are_dropped),
		cmocka_unit_test(classic_clients_move_items_with_two_bytes),
		cmocka_unit_test(game_master_commands_have_the_numbers_of_0_13_3),
		cmocka_unit_test(a_banned_address_is_four_bytes_and_a_banned_nick_a_text),
		cmocka_unit_test(numbers_are_given_as_they_came),
		cmocka_unit_test(a_bool_that_is_neither_0_nor_1_is_true_and_reported),
		cmocka_unit_test(unknown_ids_end_the_stream),
		cmocka_unit_test(a_negative_length_from_a_client_ends_the_stream),
		cmocka_unit_test(a_client_reads_a_negative_length_as_the_empty_text),
		cmocka_unit_test(a_packet_beyond_the_limit_is_told_at_once),
		cmocka_unit_test(a_record_count_never_outgrows_the_bytes),
		cmocka_unit_test(nothing_is_an_incomplete_packet),
		cmocka_unit_test(random_bytes_do_no_harm_and_what_they_mean_is_kept),
		cmocka_unit_test(recoding_changes_texts_but_not_lists),
		cmocka_unit_test(recoding_is_all_or_nothing),
		cmocka_unit_test(a_text_that_outgrows_the_wire_is_cut_between_characters),
		cmocka_unit_test(names_are_those_of_the_protocol),
		cmocka_unit_test(a_packet_is_shown_with_its_fields),
		cmocka_unit_test(passwords_are_never_shown),
		cmocka_unit_test(words_that_do_not_fit_are_cut),
		cmocka_unit_test(the_tables_are_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* keys.h - the name of every key in the store, in one place.
 *
 * The first part is pyao-server's layout (pyao-compatibility.md 4, protocol.md Annex A): names, types, fields and number
 * formats must stay readable for it. Numbers are decimal text. Flags are "0"/"1". Fields that are not ours stay as they
 * are: hashes are merged, never replaced. The second part is our own, prefix `argentumd:`.
 *
 * Formats are for store_key and store_query: %u is an id, %s a name. */
#ifndef ARGENTUM_STORE_KEYS_H
#define ARGENTUM_STORE_KEYS_H

/* --- accounts; {name} case-sensitive, as typed at creation --- */

#define KEY_ACCOUNTS_COUNTER "accounts:counter"    /* string: last account id given out */
#define KEY_ACCOUNT_ID       "account:username:%s" /* string: id of that name */
/* hash: user_id, username, password_hash (Argon2id, PHC form), email, is_gm, char_race, char_gender, char_job,
 * char_head, char_home, created_at (Unix seconds; not written by pyao-server) */
#define KEY_ACCOUNT_DATA "account:%s:data"

/* --- sessions; {id} = account id = character id --- */

#define KEY_SESSION_ACTIVE    "session:%u:active"          /* hash, expires: free fields */
#define KEY_SESSION_LAST_SEEN "session:%u:last_seen"       /* string, expires: Unix seconds */
#define KEY_SESSION_MERCHANT  "session:%u:active_merchant" /* string: the creature traded with */

/* --- characters --- */

#define KEY_PLAYER_POSITION "player:%u:position" /* hash: map, x, y, heading (1 N, 2 E, 3 S, 4 W) */
/* hash: strength, agility, intelligence, charisma, constitution; strength_modifier_until (Unix seconds, may have a
 * fraction), strength_modifier_value, agility_modifier_until, agility_modifier_value */
#define KEY_PLAYER_STATS "player:%u:stats"
/* hash: max_hp, min_hp (= current; so for the others), max_mana, min_mana, max_sta, min_sta, gold, level, elu,
 * experience, meditating, sailing, safe_mode, poisoned_until, immobilized_until, blinded_until, dumb_until,
 * invisible_until, morphed_body, morphed_head, morphed_until */
#define KEY_PLAYER_USER_STATS "player:%u:user_stats"
/* hash: max_water, min_water, max_hunger, min_hunger, thirst_flag, hunger_flag, water_counter, hunger_counter */
#define KEY_PLAYER_HUNGER_THIRST "player:%u:hunger_thirst"
#define KEY_PLAYER_INVENTORY     "player:%u:inventory" /* hash: slot_1 ... slot_30 -> "item:quantity", "" = free */
#define KEY_PLAYER_EQUIPMENT     "player:%u:equipment" /* hash: weapon, armor, helmet, shield -> inventory slot */
/* hash: magia, robustez, agilidad, talar, pesca, mineria, herreria, carpinteria, supervivencia, liderazgo */
#define KEY_PLAYER_SKILLS    "player:%u:skills"
#define KEY_PLAYER_SPELLBOOK "player:%u:spellbook" /* hash: slot (1 to 35) -> spell id */
#define KEY_BANK_VAULT       "bank:%u:vault"       /* hash: slot_1 ... slot_40 -> "item:quantity", "" = free */
#define KEY_BANK_GOLD        "bank:%u:gold"        /* string: gold */
#define FIELD_SLOT           "slot_%u"             /* field of inventory, vault, merchant inventory; from 1 */

/* --- the world --- */

/* string, expires after KEY_GROUND_ITEMS_SECONDS: JSON object "x,y" -> list of {item_id, quantity, grh_index, owner_id,
 * spawn_time} */
#define KEY_GROUND_ITEMS         "ground_items:%u"
#define KEY_GROUND_ITEMS_SECONDS 3600
#define KEY_DOOR                 "door:%u:%u:%u"         /* string, {map}:{x}:{y}: "item:0" closed, "item:1" open */
#define KEY_MERCHANT_INVENTORY   "merchant:%u:inventory" /* hash, {npc}: slot_1 ... slot_20 -> "item:quantity" */
#define KEY_MERCHANT_ITEMS       "merchant:%u:items"     /* set, {npc}: item ids */
#define KEY_NPC_INSTANCE         "npc:instance:%s"       /* hash, {uuid}: a live creature; flags are True/False here */
#define KEY_NPC_MAP              "npc:map:%u"            /* set, {map}: instance ids */

/* --- guilds ("clan") and parties --- */

#define KEY_CLAN_NEXT_ID      "clan:next_id"         /* string: last clan id given out */
#define KEY_CLAN_INDEX        "clan:index"           /* set: clan ids */
#define KEY_CLANS_ALL         "clans:all"            /* hash: id -> the same JSON as KEY_CLAN */
#define KEY_CLAN_NAME         "clan:name:%s"         /* string, {name in lower case}: clan id */
#define KEY_USER_CLAN         "user:%u:clan"         /* string: clan id */
#define KEY_CLAN_INVITATIONS  "clan_invitations:%u"  /* string JSON, expires after 60 s */
#define KEY_PARTY_NEXT_ID     "party:next_id"        /* string: last party id given out */
#define KEY_PARTY_INDEX       "party:index"          /* set: party ids */
#define KEY_PARTIES_ALL       "parties:all"          /* hash: id -> the same JSON as KEY_PARTY */
#define KEY_USER_PARTY        "user:%u:party"        /* string: party id */
#define KEY_PARTY_INVITATIONS "party_invitations:%u" /* string JSON, expires after 30 s */
/* string: JSON {clan_id, name, description, leader_id, leader_username, created_at, gold, website, news, member_count,
 * alliances, wars, peace_treaties} */
#define KEY_CLAN "clan:%u"
/* hash: user id -> JSON {user_id, username, level, rank (1 member, 2 officer, 3 vice, 4 leader), joined_at, is_online,
 * last_seen, contribution} */
#define KEY_CLAN_MEMBERS "clan:%u:members"
/* string: JSON {party_id, leader_id, leader_username, created_at, total_exp_earned, sum_elevated_levels, member_count} */
#define KEY_PARTY "party:%u"
/* hash: user id -> JSON {user_id, username, level, accumulated_exp, is_online, last_seen} */
#define KEY_PARTY_MEMBERS "party:%u:members"

/* --- counters and settings: strings; an explicit flag beats them, they beat the file --- */
/* No setting goes with config:effects, so those are neither read nor seeded. */

#define KEY_CONNECTIONS_COUNT       "server:connections:count"                      /* live; set to 0 at start */
#define KEY_UPTIME_START            "server:uptime:start"                           /* Unix seconds */
#define KEY_MOTD                    "server:motd"                                   /* lines separated by newline */
#define KEY_DICE_MIN                "server:dice:min_value"                         /* 6 */
#define KEY_DICE_MAX                "server:dice:max_value"                         /* 18 */
#define KEY_CONFIG_HOST             "config:server:host"                            /* 0.0.0.0 */
#define KEY_CONFIG_PORT             "config:server:port"                            /* 7666 */
#define KEY_CONFIG_MAX_CONNECTIONS  "config:server:max_connections"                 /* 1000 */
#define KEY_CONFIG_HUNGER_ENABLED   "config:effects:hunger_thirst:enabled"          /* 1 */
#define KEY_CONFIG_THIRST_INTERVAL  "config:effects:hunger_thirst:interval_sed"     /* 180 s */
#define KEY_CONFIG_HUNGER_INTERVAL  "config:effects:hunger_thirst:interval_hambre"  /* 180 s */
#define KEY_CONFIG_THIRST_LOSS      "config:effects:hunger_thirst:reduccion_agua"   /* 10 points */
#define KEY_CONFIG_HUNGER_LOSS      "config:effects:hunger_thirst:reduccion_hambre" /* 10 points */
#define KEY_CONFIG_DECAY_ENABLED    "config:effects:gold_decay:enabled"             /* 1 */
#define KEY_CONFIG_DECAY_PERCENTAGE "config:effects:gold_decay:percentage"          /* 1.0 */
#define KEY_CONFIG_DECAY_INTERVAL   "config:effects:gold_decay:interval_seconds"    /* 60.0 */

/* --- our own --- */

#define KEY_OWN_PREFIX "argentumd:"
#define KEY_FENCE      "argentumd:fence" /* hash: who may write (store_fence.h) */
/* string, {name in lower case}: "id name", the account of that name however it is typed */
#define KEY_NAME "argentumd:name:%s"
/* hash: item number -> how many of it characters, banks and grounds in the store hold (gold: 12, the purses' included; grounds
 * that the store has no word of are those of the map files), "catalog" -> content hash of the world that it counts for
 * (common/world/ledger.h) */
#define KEY_LEDGER "argentumd:ledger"
/* string, {map}: JSON as KEY_GROUND_ITEMS, what was found there and cannot lie in this world (an unknown item, no room) */
#define KEY_GROUND_LEFT "argentumd:ground_left:%u"
#define KEY_CHARACTER                                                                                                  \
	"argentumd:player:%u"                       /* hash: what a character has and pyao's layout lacks: all skills of the
											  * classic rules, reputation, faction, flags, pets, quests, counters */
#define KEY_PENALTIES  "argentumd:penalties:%u" /* hash, {id}: number -> "gm: KIND reason date" (rules-economy 15) */
#define KEY_BANS       "argentumd:bans:names"   /* hash: name in lower case -> JSON {by, reason, since} */
#define KEY_BANNED_IPS "argentumd:bans:addresses" /* hash: address -> JSON {by, reason, since} */
#define KEY_FORUM      "argentumd:forum:%s"       /* hash, {forum id}: post number -> JSON {title, author, text, at} */
#define KEY_POLL       "argentumd:poll"           /* hash: the poll that runs: number, text, level, options, votes */
#define KEY_POLL_VOTED "argentumd:poll:%u:voted"  /* set, {poll number}: e-mail addresses that voted */
#define KEY_GM_LOG     "argentumd:gm_log:%s"      /* hash, {day, yyyy-mm-dd}: number -> line */
#define KEY_GUILD      "argentumd:guild:%u" /* hash, {clan id}: what pyao's JSON lacks: elections, codex, requests */
#define KEY_REALM      "argentumd:realm"    /* hash: what the world as a whole must not forget: players_most */

#endif

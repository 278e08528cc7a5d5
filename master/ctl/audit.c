/* argentumctl audit: whether world and store are as they must be, of a running server or of a store alone. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/protocol/charset.h"
#include "common/world/ledger.h"
#include "master/ctl/commands.h"
#include "master/ctl/remote.h"
#include "master/ctl/store_place.h"
#include "worker/store_sum.h"

enum { POLL_MS = 20, PATIENCE_MS = 120000, WRITE_MS = 30000 };

struct wish {
	bool json, accept;
	const char *store, *world; /* NULL: the running server's, the configuration's */
};

static bool wish_parse(struct wish *wish, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			wish->json = true;
		else if (strcmp(argv[i], "--accept") == 0)
			wish->accept = true;
		else if (strcmp(argv[i], "--store") == 0 && i + 1 < argc)
			wish->store = argv[++i];
		else if (strcmp(argv[i], "--world") == 0 && i + 1 < argc)
			wish->world = argv[++i];
		else
			return false;
	}
	return wish->store != NULL || wish->world == NULL;
}

static int findings_show(const cJSON *report)
{
	const cJSON *text;
	double findings = remote_number(report, "findings");
	int told = 0;
	cJSON_ArrayForEach(text, cJSON_GetObjectItemCaseSensitive(report, "texts"))
	{
		printf("%s\n", cJSON_GetStringValue(text));
		told++;
	}
	if (findings > told)
		printf("and %.0f more\n", findings - told);
	return findings > 0 ? CTL_PROBLEM : CTL_DONE;
}

static void json_show(const cJSON *report)
{
	char *text = cJSON_Print(report);
	puts(text != NULL ? text : "{}");
	cJSON_free(text);
}

static void store_show(const cJSON *store)
{
	printf("store  %.0f characters with %.0f gold and %.0f items, the ground's included; %.0f things that this world "
		   "cannot "
		   "hold\n",
		   remote_number(store, "characters"), remote_number(store, "gold"), remote_number(store, "items"),
		   remote_number(store, "unknown"));
}

/* --- the running server -------------------------------------------------------------------------------------------------------- */

/* The report that answers our request, or a later one. NULL with a text. */
static cJSON *report_await(const char *socket, uint32_t request, struct problem *why)
{
	uint64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	do {
		cJSON *report = remote_ask(socket, "audit report", why);
		if (report == NULL || remote_number(report, "request") >= request)
			return report;
		cJSON_Delete(report);
		poll(NULL, 0, POLL_MS);
	} while (clock_mono_ms() < until_ms);
	problem_set(why, "the keeper did not finish one within %d s; ask again", PATIENCE_MS / 1000);
	return NULL;
}

static int server_show(const cJSON *report)
{
	const cJSON *store = cJSON_GetObjectItemCaseSensitive(report, "store");
	bool looked = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(store, "looked"));
	int code = findings_show(report);
	printf("%.0f findings\n", remote_number(report, "findings"));
	printf("world  %.0f players, %.0f creatures, %.0f gold and %.0f items; all locks held for %.0f us\n",
		   remote_number(report, "players"), remote_number(report, "creatures"), remote_number(report, "gold"),
		   remote_number(report, "items"), remote_number(report, "held_us"));
	if (looked)
		store_show(store);
	else
		puts("store  was not looked at: it does not answer (the server's log says why)");
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(store, "accepted")))
		puts("       what it holds was accepted; the server's log has each old and new number");
	return looked ? code : CTL_PROBLEM;
}

static int server_audit(const char *socket, const struct wish *wish, const char *name)
{
	struct problem why;
	cJSON *reply = remote_ask(socket, wish->accept ? "audit accept" : "audit", &why);
	if (reply == NULL)
		return command_problem(name, &why);
	uint32_t request = (uint32_t)remote_number(reply, "request");
	cJSON_Delete(reply);
	cJSON *report = report_await(socket, request, &why);
	if (report == NULL)
		return command_problem(name, &why);
	int code = CTL_DONE;
	if (wish->json) {
		const cJSON *store = cJSON_GetObjectItemCaseSensitive(report, "store");
		json_show(report);
		code = remote_number(report, "findings") > 0 || !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(store, "looked"))
				   ? CTL_PROBLEM
				   : CTL_DONE;
	} else {
		code = server_show(report);
	}
	cJSON_Delete(report);
	return code;
}

/* --- a store alone ------------------------------------------------------------------------------------------------------------------- */

static cJSON *store_report(const struct store_sum *sum, const struct audit *audit)
{
	cJSON *report = cJSON_CreateObject(), *store = cJSON_AddObjectToObject(report, "store");
	cJSON *texts = cJSON_AddArrayToObject(report, "texts");
	cJSON_AddNumberToObject(report, "findings", audit->findings);
	cJSON_AddNumberToObject(store, "characters", sum->characters);
	cJSON_AddNumberToObject(store, "gold", (double)sum->gold);
	cJSON_AddNumberToObject(store, "items", (double)sum->units);
	cJSON_AddNumberToObject(store, "unknown", sum->unknown);
	for (uint32_t i = 0; i < audit->findings && i < AUDIT_TEXTS; i++) {
		char utf8[AUDIT_TEXT_BYTES * 2];
		charset_encode_z(CHARSET_UTF8, text_of(audit->text[i]), utf8, sizeof utf8);
		cJSON_AddItemToArray(texts, cJSON_CreateString(utf8));
	}
	return report;
}

/* The ledger says from now on what the store holds. */
static bool ledger_write(struct store *store, const struct store_sum *sum, const struct catalog *catalog,
						 struct problem *why)
{
	struct store_fence mine = {.generation = 0}, fence;
	if (getrandom(mine.boot, sizeof mine.boot, 0) != (ssize_t)sizeof mine.boot)
		return problem_set(why, "no random numbers");
	struct store_batch *batch = store_batch_create(why);
	if (batch == NULL)
		return false;
	store_sum_write(batch, sum->found, NULL, sum->items, catalog_content_hash(catalog));
	bool good = store_claim_wait(store, &mine, WRITE_MS, &fence, why) == STORE_DONE;
	fence.cut++;
	good = good && store_commit_wait(store, batch, &fence, WRITE_MS, why) == STORE_DONE;
	store_batch_destroy(&batch);
	return good;
}

static void accepted_show(const struct store_sum *sum, const struct catalog *catalog)
{
	for (unsigned item = 1; item <= sum->items; item++) {
		char name[256];
		if (sum->found[item] == sum->ledger[item])
			continue;
		charset_encode_z(CHARSET_UTF8, text_of(ledger_item_name(catalog, item)), name, sizeof name);
		printf("item %u (%s): the ledger said %" PRId64 ", the store holds %" PRId64 "; accepted\n", item, name,
			   sum->ledger[item], sum->found[item]);
	}
}

static int sum_judge(struct store *store, const struct store_sum *sum, const struct catalog *catalog,
					 const struct wish *wish, struct audit *audit, struct problem *why)
{
	if (!wish->accept)
		store_sum_compare(sum, catalog, audit);
	else if (!ledger_write(store, sum, catalog, why))
		return CTL_PROBLEM;
	cJSON *report = store_report(sum, audit);
	if (wish->json)
		json_show(report);
	else if (wish->accept)
		accepted_show(sum, catalog);
	else
		findings_show(report);
	if (!wish->json) {
		printf("%u findings\n", audit->findings);
		store_show(cJSON_GetObjectItemCaseSensitive(report, "store"));
	}
	if (!wish->json && sum->has_ledger && sum->ledger_catalog != catalog_content_hash(catalog))
		puts("       its ledger was written with other world files: a server counts anew when it starts with these");
	cJSON_Delete(report);
	return audit->findings > 0 ? CTL_PROBLEM : CTL_DONE;
}

static int store_audit(const struct store_place *place, const struct catalog *catalog, const struct wish *wish,
					   struct problem *why)
{
	struct store_sum sum;
	struct store *store = store_create(&place->options, wish->accept ? STORE_WRITER : STORE_READER, NULL, NULL, why);
	if (store == NULL)
		return CTL_PROBLEM;
	struct audit *audit = calloc(1, sizeof *audit);
	int code = CTL_PROBLEM;
	*why = (struct problem){""};
	if (audit == NULL)
		problem_set(why, "out of memory");
	else if (store_sum_take(&sum, store, catalog, NULL, why))
		code = sum_judge(store, &sum, catalog, wish, audit, why);
	if (audit != NULL)
		store_sum_free(&sum);
	free(audit);
	store_destroy(&store);
	return code;
}

static int alone_audit(const struct wish *wish, const char *name)
{
	struct problem why = {""};
	struct store_place place;
	struct config config;
	const char *path = wish->world;
	if (!store_place_parse(&place, wish->store, &why))
		return command_usage(name, why.text);
	if (path == NULL && !ctl_config(&config, &why))
		return command_problem(name, &why);
	int fd = catalog_build(path != NULL ? path : config.world.path, NULL, &why);
	const struct catalog *catalog = fd >= 0 ? catalog_attach(fd, &why) : NULL;
	int code = catalog != NULL ? store_audit(&place, catalog, wish, &why) : CTL_PROBLEM;
	catalog_detach(&catalog);
	if (fd >= 0)
		close(fd);
	return why.text[0] != '\0' ? command_problem(name, &why) : code;
}

int audit_command(const struct ctl *ctl, int argc, char **argv)
{
	struct wish wish = {0};
	struct config config;
	struct problem why;
	if (!wish_parse(&wish, argc, argv))
		return command_usage(argv[0], "--json, --accept, and --store STORE with --world FOLDER may follow");
	if (wish.store != NULL)
		return alone_audit(&wish, argv[0]);
	if (ctl->socket == NULL && !ctl_config(&config, &why))
		return command_problem(argv[0], &why);
	return server_audit(ctl->socket != NULL ? ctl->socket : config.control.socket, &wish, argv[0]);
}

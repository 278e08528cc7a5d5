#include "worker/store_config.h"

struct store_options store_options_from_config(const struct config *config)
{
	struct store_options options = store_options_default();
	options.backend = config->store.backend == CONFIG_BACKEND_REDIS ? STORE_REDIS : STORE_EMBEDDED;
	options.path = config->store.path;
	options.map_mb = (unsigned)config->store.map_mb;
	options.link = (struct redis_link_options){
		.host = config->store.redis_host,
		.port = (unsigned)config->store.redis_port,
		.socket = config->store.redis_socket,
		.username = config->store.redis_username,
		.password = config->store.redis_password,
		.database = (unsigned)config->store.redis_database,
		.tls = config->store.redis_tls,
		.tls_no_verify = !config->store.redis_tls_verify,
		.tls_ca = config->store.redis_tls_ca,
		.tls_cert = config->store.redis_tls_cert,
		.tls_key = config->store.redis_tls_key,
		.connect_timeout_ms = (unsigned)config->store.redis_connect_timeout_ms,
		.command_timeout_ms = (unsigned)config->store.redis_command_timeout_ms,
		.pause_max_ms = (unsigned)config->store.redis_reconnect_max_ms,
	};
	return options;
}

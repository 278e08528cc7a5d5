/* socket_address.h - who is at the other end of a socket, as this server keeps it: 16 bytes as IPv6 has them, IPv4 mapped
 * into it (::ffff:a.b.c.d), and the port. */
#ifndef ARGENTUM_BASE_SOCKET_ADDRESS_H
#define ARGENTUM_BASE_SOCKET_ADDRESS_H

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* All zeros for a family that is neither. */
static inline void socket_address_take(const struct sockaddr_storage *from, uint8_t address[16], uint16_t *port)
{
	memset(address, 0, 16);
	*port = 0;
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
		memcpy(address, &six->sin6_addr, 16);
		*port = ntohs(six->sin6_port);
	} else if (from->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)from;
		address[10] = address[11] = 0xff;
		memcpy(address + 12, &four->sin_addr, 4);
		*port = ntohs(four->sin_port);
	}
}

#endif

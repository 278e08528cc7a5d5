/* reader.h - this worker's reading of the rings: what happened on the maps of its players, copied into their outputs.
 *
 * A worker follows the realm's ring always, and a map's ring while it has players there. For each entry it decides, per
 * client, whether he sees it, by the view that the ring itself told so far (NOTE_ENTER, NOTE_VIEW, NOTE_LEAVE), never by
 * where he stands meanwhile: so what a client is told is always what the world was at that entry. A reader that was
 * lapped sends its players their surroundings anew.
 *
 * Positions are in the segment, per worker and per connection, and a connection's moves together with its output: a
 * successor reads again from the worker's position, and each connection skips what it had already. */
#ifndef ARGENTUM_WORKER_READER_H
#define ARGENTUM_WORKER_READER_H

#include "worker/worker.h"

bool reader_create(struct worker *w, struct problem *why);
void reader_destroy(struct worker *w);

/* Reads everything that is there. Returns whether anything was. */
bool reader_pump(struct worker *w);

/* Is there an entry that was not read? (Asked after saying that we are about to sleep.) */
bool reader_has_news(const struct worker *w);

/* After a transaction that let this client's player enter a map: follows its ring at least until that entry, which is at
 * `position`, was read, whoever else leaves the map meanwhile. So does a successor: what the client does before it is shown the
 * map is answered behind that. */
void reader_await(struct worker *w, struct client *client, uint32_t domain, uint64_t position);

/* Takes the client out of every list: it sees nothing any more. */
void reader_forget(struct worker *w, struct client *client);

/* Connections of our predecessor, or of a slot that we inherit (.former): the place of each in the rings is in its cursor.
 * Rings are followed from the oldest place that anybody needs; who was further hears nothing twice. `begin` comes before
 * the first, `finish` behind the last: who has no view yet gets everything. */
void reader_adopt_begin(struct worker *w);
void reader_adopt(struct worker *w, struct client *client, unsigned former);
void reader_adopt_finish(struct worker *w);

#endif

/* nearest.h - which of some words somebody meant who wrote another one.
 *
 *     struct nearest nearest = nearest_start("listen.prot");
 *     for (...) nearest_offer(&nearest, name);
 *     if (nearest.word != NULL) ... did you mean nearest.word?
 *
 * A plain value; the words belong to the caller. */
#ifndef ARGENTUM_CONFIG_NEAREST_H
#define ARGENTUM_CONFIG_NEAREST_H

struct nearest {
	const char *wanted;
	const char *word;  /* the nearest so far; NULL = none is near enough */
	unsigned distance; /* letters to change, add, leave out or swap; the limit while word is NULL */
};

/* Near enough is: a third of the letters differ, at most three. */
struct nearest nearest_start(const char *wanted);
void nearest_offer(struct nearest *nearest, const char *word);

#endif

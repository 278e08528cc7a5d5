/* version.h - what --version prints and the status page shows. */
#ifndef ARGENTUM_CONFIG_VERSION_H
#define ARGENTUM_CONFIG_VERSION_H

#define ARGENTUM_VERSION "0.1.0"

#endif

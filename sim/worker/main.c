/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue-sim: runs one point of a study and prints its metrics, or, as `flue-sim live`, serves the
 * machine's own kernel in real time.
 */
#include "worker.h"

#include "live.h"

#include <string.h>

int main(int argc, char* argv[])
{
    if (argc > 1 && strcmp(argv[1], "live") == 0)
    {
        return flue_live_main(argv[0], argc - 2, argv + 2, stdout, stderr);
    }
    return (int)worker_main(argc, argv, stdout, stderr);
}

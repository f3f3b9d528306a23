/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue-sim: runs one point of a study and prints its metrics, nothing else.
 */
#include "worker.h"

int main(int argc, char* argv[])
{
    return (int)worker_main(argc, argv, stdout, stderr);
}

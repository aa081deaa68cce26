const MIB = 1024 * 1024;

/** Processor time of one case: a machine that is busy with others makes no verdict another. */
export const CASE_CPU_MS = 5_000;
/** By the clock a case ends after this at the latest, however little it was let run: a file may never come to an end. */
export const CASE_CLOCK_MS = 30_000;

/** "No more than 512 MB". */
const CASE_MEMORY_MB = 512;
export const TOO_MUCH_MEMORY = `the case took more than ${CASE_MEMORY_MB} MB`;
/**
 * The process, looked at this often, is held below that by what it may grow by in between. It is all memory: the program
 * itself, what JavaScript holds, the files, the indexes of lists, and the line that waits.
 */
export const MEMORY_LOOK_MS = 20;
export const MEMORY_CEILING = (CASE_MEMORY_MB - 96) * MIB;

/** Of a thread's JavaScript, so that most that is too much ends at once and not at the next look. */
export const HEAP_LIMITS = { maxOldGenerationSizeMb: 224, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/**
 * All files of one case, which are read as a whole: a list of five million entries of 40 octets, which with its index stays
 * below the ceiling.
 */
export const CASE_FILES = 192 * MIB;

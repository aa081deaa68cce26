/**
 * Processor time of this process since `before`, milliseconds: what a busy neighbour does not lengthen, so that a bound on
 * hostile input can be held without asserting the speed of the machine.
 */
export function processorMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The descriptors of a process that are kept free: the larger share for requests, the smaller one for files. */
const FOR_REQUESTS = { share: 0.25, least: 100, most: 1000 };
const FOR_FILES = { share: 0.125, least: 50, most: 500 };

/**
 * How many streams a process can hold: the number wanted, or fewer if its limit of open files (`ulimit -n`) is too low. With no
 * descriptor left it could not even answer a health check.
 */
export const streamMaximum = (wanted: number, descriptors = descriptorLimit()): number =>
  Math.max(1, Math.min(wanted, descriptors - reserveOf(FOR_REQUESTS, descriptors)));

/** How many connections a process can hold, including streams. */
export const connectionMaximum = (descriptors = descriptorLimit()): number =>
  Math.max(1, descriptors - reserveOf(FOR_FILES, descriptors));

function reserveOf({ share, least, most }: typeof FOR_FILES, descriptors: number): number {
  return Math.min(Math.max(Math.ceil(descriptors * share), least), most);
}

let limit: number | undefined;

/** `Infinity` if the operating system has no such limit. A report takes 2 to 30 ms, and the limit does not change. */
const descriptorLimit = (): number => (limit ??= readDescriptorLimit());

function readDescriptorLimit(): number {
  const { userLimits } = reportWithoutNetwork() as {
    userLimits?: { open_files?: { soft: number | string } };
  };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isInteger(soft) ? soft : Infinity;
}

/** With the network, it would look up the names of all connected hosts. The setting belongs to the application. */
function reportWithoutNetwork(): object {
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  try {
    return report.getReport();
  } finally {
    report.excludeNetwork = excludeNetwork;
  }
}

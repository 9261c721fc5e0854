/** Of the descriptors of a process, those that are not for streams: files, the database, and all other requests. */
const RESERVE = { share: 0.25, least: 100, most: 1000 };

/**
 * How many streams a process can hold: `STREAM_MAX`, or fewer where its limit of open files (`ulimit -n`) is too low for
 * that. With no descriptor left it could not even answer a health check.
 */
export function streamMaximum(wanted: number, descriptors = descriptorLimit()): number {
  const share = Math.ceil(descriptors * RESERVE.share);
  const reserve = Math.min(Math.max(share, RESERVE.least), RESERVE.most);
  return Math.max(1, Math.min(wanted, descriptors - reserve));
}

/** `Infinity` where the operating system has no such limit. */
function descriptorLimit(): number {
  // It would look up the names of all connected hosts.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft: number | string } };
  };
  const limit = Number(userLimits?.open_files?.soft);
  return Number.isInteger(limit) ? limit : Infinity;
}

import { headOf, longLog } from './long-log.mjs';
import { against } from './measurements.mjs';

/**
 * @typedef {import('./scenarios.mjs').Plan} Plan
 * @typedef {import('./scenarios.mjs').Figures} Figures
 */

/** Measurements of resumes. */
const TURNS = 4;
/** Where the events that a resume reads are. All of a short log would be in memory. */
const FROM_DATABASE = { STREAM_RING_BYTES: '0' };

/**
 * @param {number} events that are in the log
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
export async function measureLog(events, plan) {
  const figures = await measureLive(events, plan);
  if (events < 2000) return figures;
  const { p50: Resume, p99: ResumeP99 } = await measureResumes(events, plan, FROM_DATABASE);
  return { ...figures, Resume, ResumeP99 };
}

/**
 * A short log and a long one. Resumes take turns, since the machine disturbs what takes a millisecond.
 *
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
export async function compareLogs(plan) {
  const [short, long] = [2000, 1_000_000];
  const [inShort, inLong] = [await measureLive(short, plan), await measureLive(long, plan)];
  const resumes = { short: 0, long: 0, memory: 0 };
  for (let turn = 0; turn < TURNS; turn++) {
    resumes.short += (await measureResumes(short, plan, FROM_DATABASE)).p50 / TURNS;
    resumes.long += (await measureResumes(long, plan, FROM_DATABASE)).p50 / TURNS;
    resumes.memory += (await measureResumes(short, plan)).p50 / TURNS;
  }
  return {
    shortPost: inShort.Post,
    shortLive: inShort.Live,
    shortResume: resumes.short,
    longPost: inLong.Post,
    longLive: inLong.Live,
    longResume: resumes.long,
    memoryResume: resumes.memory,
  };
}

/**
 * @param {number} events that are in the log
 * @param {Plan} plan
 * @returns {Promise<Figures>}
 */
async function measureLive(events, { pace }) {
  return against('carillon', { database: await longLog(events) }, async (_, load) => {
    await load.publish({ connections: 1, seconds: 1 * pace });
    const post = await load.publish({ connections: 1, seconds: 2 * pace });
    await load.open({ count: 100 });
    const live = await load.broadcast({ connections: 4, rate: 100, seconds: 3 * pace });
    return {
      Post: post.latency.p50,
      PostP99: post.latency.p99,
      Live: live.latency.p50,
      LiveP99: live.latency.p99,
    };
  });
}

/**
 * One subscriber after the other, each from a random cursor, at least 1,000 events before the head.
 *
 * @param {number} events that are in the log
 * @param {Plan} plan
 * @param {Record<string, string>} [settings]
 * @returns {Promise<{ p50: number, p99: number }>} ms until the first event
 */
async function measureResumes(events, { pace }, settings = {}) {
  return against(
    'carillon',
    { database: await longLog(events), settings },
    async (server, load) => {
      const { epoch, position } = await headOf(server.port);
      const oldest = position - events;
      const randomCursors = () =>
        Array.from(
          { length: Math.ceil(300 * pace) },
          () => `${epoch}-${oldest + Math.floor(Math.random() * (events - 1000))}`,
        );
      const { port, listenPath: path } = server;
      await load.run('resumeFrom', { port, path, cursors: randomCursors() });
      return load.run('resumeFrom', { port, path, cursors: randomCursors() });
    },
  );
}

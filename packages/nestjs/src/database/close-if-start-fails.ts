import type { ModulesContainer } from '@nestjs/core';

const START_HOOKS = ['onModuleInit', 'onApplicationBootstrap'] as const;
const SHUTDOWN_HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'];

type Module = ModulesContainer extends Map<string, infer M> ? M : never;
type Hooked = Record<string, () => unknown>;

/**
 * Shuts down a module when a start hook of any provider or controller fails. Nest calls no shutdown hook then, and
 * `NestFactory.createApplicationContext` returns nothing that could be closed.
 *
 * @param modules those of the application, before the hooks that are watched.
 */
export function closeIfStartFails(modules: ModulesContainer, own: Module): void {
  const running: Promise<unknown>[] = [];
  const restores: (() => void)[] = [];
  let hasFailed = false;
  const fail = (): void => {
    if (hasFailed) return;
    hasFailed = true;
    for (const restore of restores) restore();
    // What a hook that is still running starts would stay open.
    void Promise.allSettled(running).then(() => shutDown(own));
  };
  for (const instance of new Set([...modules.values()].flatMap(instancesOf)))
    for (const hook of START_HOOKS)
      restores.push(
        watch(instance, hook, (result) => {
          running.push(result);
          result.catch(fail);
        }),
      );
}

/**
 * Replaces a hook until it is called.
 *
 * @returns a function that restores the hook.
 */
function watch(
  instance: Hooked,
  name: string,
  onCall: (result: Promise<unknown>) => void,
): () => void {
  const hook = instance[name];
  if (typeof hook !== 'function') return () => undefined;
  const own = Object.getOwnPropertyDescriptor(instance, name);
  const watching = (): Promise<unknown> => {
    restore();
    const result = (async () => hook.call(instance))();
    onCall(result);
    return result;
  };
  const restore = (): void => {
    if (Object.getOwnPropertyDescriptor(instance, name)?.value !== watching) return;
    if (own) Object.defineProperty(instance, name, own);
    else Reflect.deleteProperty(instance, name);
  };
  // Fails for a frozen object, whose hook is then not watched.
  Reflect.defineProperty(instance, name, { value: watching, configurable: true, writable: true });
  return restore;
}

async function shutDown(module: Module): Promise<void> {
  const instances = instancesOf(module);
  for (const hook of SHUTDOWN_HOOKS)
    await Promise.allSettled(instances.map(async (instance) => instance[hook]?.()));
}

/** Those whose hooks Nest calls. */
function instancesOf(module: Module): Hooked[] {
  const { providers, controllers, injectables, middlewares } = module;
  return [providers, controllers, injectables, middlewares]
    .flatMap((kind) => Array.from(kind.values()))
    .filter((wrapper) => !wrapper.isAlias && wrapper.isDependencyTreeStatic())
    .flatMap((wrapper): unknown[] =>
      wrapper.isTransient
        ? wrapper.getStaticTransientInstances().map((host) => host?.instance)
        : [wrapper.instance],
    )
    .filter((instance): instance is Hooked => typeof instance === 'object' && instance !== null);
}

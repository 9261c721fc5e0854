import { LazyModule } from '../../state/lazy-module.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';

const setting = new LazyModule(() => import('./PushSetting.js'));

/** The setting, once its code is loaded. */
export function PushCard({ userId }: { userId: string }) {
  const code = useLazyCode(setting, true);
  return code && <code.PushSetting userId={userId} />;
}

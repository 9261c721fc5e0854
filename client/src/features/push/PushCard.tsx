import { LazyCode } from '../../state/lazy-code.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';

const setting = new LazyCode(async () => (await import('./PushSetting.js')).PushSetting);

/** The setting, once its code is loaded. */
export function PushCard({ userId }: { userId: string }) {
  const PushSetting = useLazyCode(setting, true);
  return PushSetting && <PushSetting userId={userId} />;
}

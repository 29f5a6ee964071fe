import { m } from '#web/paraglide/messages.js';

/**
 * Devices as the options of a select. The browser's own "default" entry becomes the empty value:
 * it follows the system when a headset comes or goes.
 */
export function deviceOptions(
  devices: readonly MediaDeviceInfo[],
): { value: string; label: string }[] {
  const named = devices
    .filter((device) => device.deviceId && device.deviceId !== 'default')
    .map((device, index) => ({
      value: device.deviceId,
      label: device.label || m.device_number({ number: index + 1 }),
    }));
  return [{ value: '', label: m.device_default() }, ...named];
}

export interface Devices {
  readonly microphones: MediaDeviceInfo[];
  readonly speakers: MediaDeviceInfo[];
}

/** What there is to speak into and to listen on. Without permission the names are empty. */
export async function listDevices(): Promise<Devices> {
  // Absent on a page without TLS: then there is nothing to list.
  const devices = (await globalThis.navigator.mediaDevices?.enumerateDevices()) ?? [];
  return {
    microphones: devices.filter(({ kind }) => kind === 'audioinput'),
    speakers: devices.filter(({ kind }) => kind === 'audiooutput'),
  };
}

/** Calls `listener` whenever a device comes or goes. Returns what ends that. */
export function watchDevices(listener: () => void): () => void {
  const { mediaDevices } = globalThis.navigator;
  mediaDevices?.addEventListener('devicechange', listener);
  return () => mediaDevices?.removeEventListener('devicechange', listener);
}

import wrtc from '@roamhq/wrtc';
import { Device } from 'mediasoup-client';

// libwebrtc in Node: mediasoup-client finds what it needs of a browser among the globals.
const { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate } = wrtc;
const { MediaStream, MediaStreamTrack } = wrtc;
Object.assign(globalThis, {
  RTCPeerConnection,
  RTCSessionDescription,
  RTCIceCandidate,
  MediaStream,
  MediaStreamTrack,
});

/** A mediasoup-client Device that runs in Node. */
export function nodeDevice(): Promise<Device> {
  return Device.factory({ handlerName: 'Chrome111' });
}

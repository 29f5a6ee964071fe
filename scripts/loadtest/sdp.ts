import type { Listening, TransportOptions } from '#protocol';

/** The m-line of the channel on which phrases come. */
const PHRASES_MID = 'phrases';
const OPUS = 'opus/48000/2';

/** The server's offer of a way in, from what it answers `listen` with (RFC 8866, RFC 8829). */
export function offerOf({ transport, consumers }: Listening): string {
  const sections = consumers.map(({ rtpParameters }, index) => {
    const mid = rtpParameters.mid ?? String(index);
    const payloadType = rtpParameters.codecs[0]?.payloadType ?? 0;
    const ssrc = rtpParameters.encodings?.[0]?.ssrc ?? 0;
    const sound = [
      'a=sendonly',
      'a=rtcp-mux',
      `a=rtpmap:${payloadType} ${OPUS}`,
      `a=ssrc:${ssrc} cname:${rtpParameters.rtcp?.cname ?? 'cora'}`,
    ];
    const head = `m=audio 9 UDP/TLS/RTP/SAVPF ${payloadType}`;
    return { mid, lines: [head, ...wayOf(transport, 'actpass'), `a=mid:${mid}`, ...sound] };
  });
  return sessionOf([...sections, { mid: PHRASES_MID, lines: channelOf(transport, 'actpass') }]);
}

/**
 * The server's answer to a way out.
 * @param offer the client's own, with one m-line of sound and one of channels
 */
export function answerOf(transport: TransportOptions, offer: string): string {
  const offered = offer.split(/\r\n(?=m=)/).slice(1);
  const sections = offered.map((section) => {
    const mid = valueOf(section, 'mid');
    if (section.startsWith('m=application')) {
      return { mid, lines: channelOf(transport, 'passive', mid) };
    }
    const payloadType = /^m=audio \d+ \S+ (\d+)/.exec(section)?.[1] ?? '';
    const sound = ['a=recvonly', 'a=rtcp-mux', `a=rtpmap:${payloadType} ${OPUS}`];
    const head = `m=audio 9 UDP/TLS/RTP/SAVPF ${payloadType}`;
    return { mid, lines: [head, ...wayOf(transport, 'passive'), `a=mid:${mid}`, ...sound] };
  });
  return sessionOf(sections);
}

/** A fingerprint as the protocol has it (RFC 8122), of a description of one's own. */
export function fingerprintOf(description: string): { algorithm: 'sha-256'; value: string } {
  return { algorithm: 'sha-256', value: valueOf(description, 'fingerprint').split(' ')[1] ?? '' };
}

/** The mid of the m-line for sound. */
export function soundMid(description: string): string {
  const section = description.split(/\r\n(?=m=)/).find((it) => it.startsWith('m=audio'));
  return valueOf(section ?? '', 'mid');
}

function valueOf(section: string, attribute: string): string {
  return new RegExp(`^a=${attribute}:(.*?)\\r?$`, 'm').exec(section)?.[1] ?? '';
}

function sessionOf(sections: readonly { mid: string; lines: readonly string[] }[]): string {
  const bundle = `a=group:BUNDLE ${sections.map(({ mid }) => mid).join(' ')}`;
  const head = ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=ice-lite', bundle];
  return [...head, ...sections.flatMap(({ lines }) => lines), ''].join('\r\n');
}

function wayOf(transport: TransportOptions, setup: 'actpass' | 'passive'): string[] {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  const candidates = iceCandidates.filter(({ protocol }) => protocol === 'udp');
  return [
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    `a=fingerprint:sha-256 ${fingerprint?.value ?? ''}`,
    `a=setup:${setup}`,
    ...candidates.map(
      ({ foundation, priority, address, port }) =>
        `a=candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host`,
    ),
    'a=end-of-candidates',
  ];
}

function channelOf(
  transport: TransportOptions,
  setup: 'actpass' | 'passive',
  mid = PHRASES_MID,
): string[] {
  const { port, maxReceiveMessageSize } = transport.sctpParameters;
  return [
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    ...wayOf(transport, setup),
    `a=mid:${mid}`,
    `a=sctp-port:${port}`,
    `a=max-message-size:${maxReceiveMessageSize}`,
  ];
}

// One end of the bench's call in a browser: sends the marked clip and the fake microphone, notes what comes.
const query = new URLSearchParams(location.search);
const [width, height] = ['width', 'height'].map((name) => Number(query.get(name)));
const BLOCKS = 32, ROWS = 16, TIME_BITS = 24, NUMBER_BITS = 6, FPS = 30;
const now = () => performance.timeOrigin + performance.now();

const parity = (bits, first) => bits.reduce((sum, bit, place) => sum ^ (place % 2 === first ? bit : 0), 0);

// See marks.py.
function draw(luma, milliseconds, number) {
  const bits = [];
  for (let bit = 0; bit < TIME_BITS; bit++) bits.push((milliseconds >> bit) & 1);
  for (let bit = 0; bit < NUMBER_BITS; bit++) bits.push((number >> bit) & 1);
  bits.push(parity(bits, 0), parity(bits, 1));
  const block = width / BLOCKS;
  const row = new Uint8Array(width).map((_, x) => (bits[Math.floor(x / block)] ? 235 : 16));
  for (let y = 0; y < Math.floor(height / ROWS); y++) luma.set(row, y * width);
}

function read(luma, stride, wide, high) {
  const y = Math.floor(Math.floor(high / ROWS) / 2);
  const bits = [...Array(BLOCKS).keys()].map((i) =>
    luma[y * stride + Math.floor(((i * 2 + 1) * wide) / (2 * BLOCKS))] > 125 ? 1 : 0);
  const [even, odd] = bits.splice(-2);
  if (even !== parity(bits, 0) || odd !== parity(bits, 1)) return null;
  const value = (first, count) => bits.slice(first, first + count).reduce((sum, bit, i) => sum + (bit << i), 0);
  return [value(0, TIME_BITS), value(TIME_BITS, NUMBER_BITS)];
}

async function camera() {
  const clip = new Uint8Array(await (await fetch('/clip')).arrayBuffer());
  const size = (width * height * 3) / 2;
  const generator = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = generator.writable.getWriter();
  const start = performance.now();
  let number = 0;
  const tick = () => {
    const place = number % (clip.length / size);
    const picture = clip.slice(place * size, (place + 1) * size);
    draw(picture, Math.floor(now()) & 0xffffff, place);
    const timestamp = Math.round(performance.now() * 1000);
    writer.write(new VideoFrame(picture, { format: 'I420', codedWidth: width, codedHeight: height, timestamp }))
      .catch(() => {});
    number = Math.max(number + 1, Math.floor(((performance.now() - start) * FPS) / 1000));
    setTimeout(tick, Math.max(0, start + (number * 1000) / FPS - performance.now()));
  };
  tick();
  return generator;
}

const end = { seen: [], connectedAt: null, begunAt: null };
window.end = end;
let pc;

async function watch(track) {
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  let posted = 0;
  for (;;) {
    const { value: frame, done } = await reader.read();
    if (done) return;
    const at = now();
    const [wide, high] = [frame.codedWidth, frame.codedHeight];
    const whole = at - posted > 1000;
    const rect = { x: 0, y: 0, width: wide, height: whole ? high : 2 * Math.ceil(high / ROWS) };
    const luma = new Uint8Array(frame.allocationSize({ rect }));
    const [{ offset, stride }] = await frame.copyTo(luma, { rect });
    frame.close();
    const mark = read(luma.subarray(offset), stride, wide, high);
    end.seen.push([at / 1000, mark ? mark[0] : null, wide, high]);
    if (whole && mark) {
      posted = at;
      const body = luma.subarray(offset, offset + stride * high);
      fetch(`/picture?end=${query.get('end')}&number=${mark[1]}&width=${stride}&height=${high}`,
        { method: 'POST', body }).catch(() => {});
    }
  }
}

end.ready = (async () => {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const sound = await navigator.mediaDevices.getUserMedia({ audio: plain });
  const picture = await camera();
  end.open = () => {
    pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const stream = new MediaStream([sound.getAudioTracks()[0], picture]);
    for (const track of stream.getTracks()) pc.addTrack(track, stream);
    pc.ontrack = ({ track }) => {
      if (track.kind === 'video') { watch(track); return; } // not drawn: without a GPU that costs more than decoding
      const player = document.body.appendChild(document.createElement('audio'));
      player.srcObject = new MediaStream([track]);
      player.play().catch(() => {});
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'connected') end.connectedAt ??= now() / 1000;
    };
  };
})();

const gathered = async () => {
  while (pc.iceGatheringState !== 'complete') await new Promise((done) => setTimeout(done, 5));
  return pc.localDescription.sdp;
};
end.offer = async () => { end.connectedAt = null; end.open(); await pc.setLocalDescription(await pc.createOffer()); return gathered(); };
end.answer = async (sdp) => {
  end.open();
  await pc.setRemoteDescription({ type: 'offer', sdp });
  await pc.setLocalDescription(await pc.createAnswer());
  return gathered();
};
end.accept = async (sdp) => { end.begunAt = now() / 1000; await pc.setRemoteDescription({ type: 'answer', sdp }); };
end.state = () => pc.connectionState;
end.look = async () => {
  const kept = ['inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'candidate-pair'];
  const statistics = [...(await pc.getStats()).values()].filter((each) => kept.includes(each.type));
  return { at: now() / 1000, seen: end.seen.splice(0), statistics };
};
end.close = () => { pc.close(); document.body.replaceChildren(); };

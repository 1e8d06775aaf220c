// Runs in a guest's page before the product's own scripts: keeps hold of its connections, notes when the first picture
// of each was decoded, and listens to every sound that comes in.
(() => {
  const lab = { peers: [], firstFrame: null, ears: new Map() };
  Object.defineProperty(window, 'lab', { value: lab });
  const listen = (track) => {
    const context = new AudioContext({ sampleRate: 48000 });
    const analyser = context.createAnalyser();
    analyser.fftSize = 32768;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    lab.ears.set(track.id, analyser);
  };
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      lab.peers.push(this);
      this.addEventListener('track', (event) => {
        if (event.track.kind === 'audio') listen(event.track);
      });
    }
  };
  const decoded = (stat) => stat.type === 'inbound-rtp' && stat.kind === 'video' && stat.framesDecoded > 0;
  setInterval(async () => {
    for (const peer of lab.firstFrame ? [] : lab.peers) {
      const report = await peer.getStats();
      if ([...report.values()].some(decoded)) lab.firstFrame ||= Date.now();
    }
  }, 30);
})();

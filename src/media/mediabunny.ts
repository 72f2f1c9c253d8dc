// What reading takes of mediabunny. Named here one by one, so that the bundle of those who only read has no writers.
export { CustomSource, EncodedPacketSink, Input, Logging, LogLevel, MP3, MP4, QTFF, WAVE } from 'mediabunny';

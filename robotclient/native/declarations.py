"""What we use of libvpx (1.12) and libopus (1.3), for cffi; the C compiler fills in `...` and checks all the rest.

Both have functions and macros with a variable number of arguments for their controls; each control that we use is a
function with a type of its own here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """One extension module: C declarations for Python, the C code behind them, the library by its pkg-config name."""

    module: str
    package: str
    declarations: str
    code: str


VPX = Binding(
    module="_vpx",
    package="vpx",
    declarations="""
        enum vpx_rc_mode { VPX_CBR, ... };
        typedef struct { int num; int den; ...; } vpx_rational_t;
        typedef struct {
            unsigned int g_threads, g_w, g_h, g_error_resilient, g_lag_in_frames;
            vpx_rational_t g_timebase;
            unsigned int rc_dropframe_thresh, rc_target_bitrate, rc_min_quantizer, rc_max_quantizer;
            unsigned int rc_undershoot_pct, rc_overshoot_pct, rc_buf_sz, rc_buf_initial_sz, rc_buf_optimal_sz;
            unsigned int kf_min_dist, kf_max_dist;
            enum vpx_rc_mode rc_end_usage;
            ...;
        } vpx_codec_enc_cfg_t;
        typedef struct { unsigned char *planes[4]; int stride[4]; ...; } vpx_image_t;
        typedef struct { ...; } vpx_codec_ctx_t;
        typedef struct { void *data; size_t size; int keyframe; } coded_frame;

        #define VPX_EFLAG_FORCE_KF ...
        #define VPX_DL_REALTIME ...

        int default_configuration(vpx_codec_enc_cfg_t *configuration);
        int open_encoder(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *configuration);
        int set_speed(vpx_codec_ctx_t *context, int cpu_used);
        int set_noise_sensitivity(vpx_codec_ctx_t *context, unsigned int level);
        int set_static_threshold(vpx_codec_ctx_t *context, unsigned int threshold);
        int set_most_intra_bitrate(vpx_codec_ctx_t *context, unsigned int percent);
        int get_quantizer(vpx_codec_ctx_t *context, int *quantizer);
        int next_frame(vpx_codec_ctx_t *context, coded_frame *frame);
        void wrap_i420(vpx_image_t *image, unsigned int width, unsigned int height);
        int vpx_codec_enc_config_set(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *configuration);
        int vpx_codec_encode(vpx_codec_ctx_t *context, const vpx_image_t *image, int64_t pts, unsigned long duration,
                             long flags, unsigned long deadline);
        int vpx_codec_destroy(vpx_codec_ctx_t *context);
        const char *vpx_codec_err_to_string(int error);
    """,
    code="""
        #include <vpx/vpx_encoder.h>
        #include <vpx/vp8cx.h>

        typedef struct { void *data; size_t size; int keyframe; } coded_frame;

        static int default_configuration(vpx_codec_enc_cfg_t *configuration) {
            return vpx_codec_enc_config_default(vpx_codec_vp8_cx(), configuration, 0);
        }
        static int open_encoder(vpx_codec_ctx_t *context, const vpx_codec_enc_cfg_t *configuration) {
            return vpx_codec_enc_init(context, vpx_codec_vp8_cx(), configuration, 0);
        }
        static int set_speed(vpx_codec_ctx_t *context, int cpu_used) {
            return vpx_codec_control(context, VP8E_SET_CPUUSED, cpu_used);
        }
        static int set_noise_sensitivity(vpx_codec_ctx_t *context, unsigned int level) {
            return vpx_codec_control(context, VP8E_SET_NOISE_SENSITIVITY, level);
        }
        static int set_static_threshold(vpx_codec_ctx_t *context, unsigned int threshold) {
            return vpx_codec_control(context, VP8E_SET_STATIC_THRESHOLD, threshold);
        }
        static int set_most_intra_bitrate(vpx_codec_ctx_t *context, unsigned int percent) {
            return vpx_codec_control(context, VP8E_SET_MAX_INTRA_BITRATE_PCT, percent);
        }
        static int get_quantizer(vpx_codec_ctx_t *context, int *quantizer) {
            return vpx_codec_control(context, VP8E_GET_LAST_QUANTIZER, quantizer);
        }
        /* The frame of the last picture: 1, or 0 where the encoder dropped it. Without alternate references VP8 gives
           one packet at most; its data are the encoder's until the next picture. */
        static int next_frame(vpx_codec_ctx_t *context, coded_frame *frame) {
            vpx_codec_iter_t position = NULL;
            const vpx_codec_cx_pkt_t *packet;
            while ((packet = vpx_codec_get_cx_data(context, &position)) != NULL) {
                if (packet->kind == VPX_CODEC_CX_FRAME_PKT) {
                    frame->data = packet->data.frame.buf;
                    frame->size = packet->data.frame.sz;
                    frame->keyframe = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
                    return 1;
                }
            }
            return 0;
        }
        /* A header whose planes are given later: nothing is allocated and nothing to free. */
        static void wrap_i420(vpx_image_t *image, unsigned int width, unsigned int height) {
            static unsigned char nowhere;
            vpx_img_wrap(image, VPX_IMG_FMT_I420, width, height, 1, &nowhere);
        }
    """,
)

OPUS = Binding(
    module="_opus",
    package="opus",
    declarations="""
        typedef struct OpusDecoder OpusDecoder;

        #define OPUS_OK ...

        OpusDecoder *opus_decoder_create(int32_t rate, int channels, int *error);
        void opus_decoder_destroy(OpusDecoder *decoder);
        int opus_decode(OpusDecoder *decoder, const unsigned char *data, int32_t length, int16_t *samples,
                        int frame_size, int decode_fec);
        int opus_decoder_get_nb_samples(const OpusDecoder *decoder, const unsigned char packet[], int32_t length);
        int opus_packet_get_nb_samples(const unsigned char packet[], int32_t length, int32_t rate);
        int opus_packet_get_nb_channels(const unsigned char *data);
        const char *opus_strerror(int error);
        int reset_decoder(OpusDecoder *decoder);
    """,
    code="""
        #include <opus/opus.h>

        static int reset_decoder(OpusDecoder *decoder) {
            return opus_decoder_ctl(decoder, OPUS_RESET_STATE);
        }
    """,
)

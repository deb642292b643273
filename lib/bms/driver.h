// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/batterystate.h"
#include "bms/bluetooth.h"
#include "bms/bytes.h"
#include "bms/parameter.h"
#include "bms/procedure.h"
#include "bms/request.h"

#include <QVariantMap>
#include <memory>

namespace sb {

enum class TransportKind : quint8 { Serial, Bluetooth, Can, Mqtt };

/// What a driver is told about its battery when it is made. Options carry the names of the protocol files
/// (`firstSensorIsMosfet`, ...); a driver ignores those it does not know.
struct DriverConfig
{
    TransportKind transport = TransportKind::Serial;
    std::optional<int> address; ///< nothing: the protocol has none, or its usual one
    QVariantMap options;
};

/// What a driver can switch or set, beside parameters.
enum class Control : quint8 {
    Charge,        ///< 1 on, 0 off
    Discharge,     ///< 1 on, 0 off
    Balancing,     ///< 1 on, 0 off
    Heater,        ///< 1 on, 0 off
    StateOfCharge, ///< percent
    BalanceTest,   ///< 1 balances the odd cells for some seconds, 2 the even ones
};

struct SerialSettings
{
    enum class Parity : quint8 { None, Even, Odd };
    std::vector<int> baudRates; ///< in the order in which detection tries them
    Parity parity = Parity::None;
    int stopBits = 1;
    int settleMs = 100;    ///< after opening: adapters send a garbage byte, boards wake up
    int quietMs = 150;     ///< silence inside a frame after which it never will be complete
    int gapMs = 20;        ///< least pause between a reply and the next request
    int firstByteMs = 120; ///< after a request, the first byte of its reply is there when the board is awake
};

/// The pauses of a link.
struct LinkTiming
{
    int settleMs; ///< after it opened
    int quietMs;  ///< silence inside a frame after which it never will be complete
    int gapMs;    ///< least pause between a reply and the next request
};

/// What a driver says about itself: for people (names), for detection, and for the settings of its
/// transports.
struct DriverInfo
{
    QString id;           ///< "jbd"
    QStringList names;    ///< brands and products that users know
    QStringList bmsTypes; ///< names in existing configuration files
    QString typeName;     ///< as the reference shows it, "LLT/JBD"
    std::vector<TransportKind> transports;
    SerialSettings serial;
    BluetoothSettings bluetooth;
    std::vector<int> addresses; ///< tried by detection; empty: the protocol has no address
    /// Further addresses that packs of one line can have: looked for when one pack was found, and by
    /// detection only when nothing else answered.
    std::vector<int> packAddresses;
    /// A: a board that falls silent after a reading with less current than this sleeps; nothing: it never
    /// does.
    std::optional<double> sleepsBelow;
    int pollIntervalMs = 1000;
    bool streams = false;  ///< it tells its values by itself, and a round takes the next that come
    int detectionRank = 0; ///< strict recognisers first: lower is tried earlier
    std::vector<Field> reads;
    std::vector<Control> writes;
    bool hasParameters = false;
    /// Its own voltage limits may replace the derived ones where the user wants that (USE_BMS_DVCC_VALUES).
    bool honoursLimits = false;
    /// It is told SoC 100 % when the battery is found full (AUTO_RESET_SOC).
    bool resetsSocWhenFull = false;
    /// How sure the driver is, for docs/supported-bms.md; marked with QT_TRANSLATE_NOOP("Evidence", ...).
    const char *verified = "";  ///< on frames of real devices, and which; empty: nothing so far
    const char *documents = ""; ///< what is known from documents, or frames built from them, only

    [[nodiscard]] bool speaks(TransportKind kind) const;
    [[nodiscard]] LinkTiming timing(TransportKind kind) const;
};

/// What the bytes of one reply meant.
struct Update
{
    BatteryState values;
    std::vector<ParameterValue> parameters;

    void clear()
    {
        values.clear();
        parameters.clear();
    }
};

enum class ReplyState : quint8 {
    Waiting,  ///< the reply to the pending request is not complete yet
    Complete, ///< it is; what it held is in the Update
    Refused,  ///< the BMS answered that it does not know or does not allow the request
    Repeat,   ///< it did not understand the request: another try, or another form of it, may work
};

struct Reply
{
    ReplyState state = ReplyState::Waiting;
    int code = 0; ///< of a refusal, as the BMS sends it
    /// Goes out at once, in whatever state: the BMS wants what it just said acknowledged, and goes on then.
    QByteArray answer{};
};

struct LinkCounters
{
    quint64 frames = 0;
    quint64 badChecksums = 0;
    quint64 noiseBytes = 0;
    quint64 foreignFrames = 0; ///< valid, but not the reply to what was asked
    quint64 echoes = 0;        ///< of our own requests, by a half-duplex adapter
    quint64 malformed = 0;     ///< right checksum, impossible content
};

enum class Recognition : quint8 {
    No,  ///< something else answers
    Yes, ///< what was read can only come from this BMS
};

/// One battery's protocol: a value machine without port, timer, clock or D-Bus. It makes requests, takes the
/// bytes that arrive, and tells what they meant. The same object runs on a serial port, over Bluetooth, from
/// a capture, in a test and under a fuzzer.
class Driver
{
public:
    explicit Driver(DriverConfig config)
        : m_config(std::move(config))
    {}
    virtual ~Driver();
    Driver(const Driver &) = delete;
    Driver &operator=(const Driver &) = delete;

    [[nodiscard]] virtual const DriverInfo &info() const = 0;
    [[nodiscard]] const DriverConfig &config() const { return m_config; }

    /// The requests of a phase in their order, appended to \a to. Identify: what tells the BMS from others
    /// and makes the first complete reading. Poll: everything that is read again, each with its own period.
    virtual void requests(Phase phase, std::vector<Request> &to) = 0;

    /// The request goes out now: what is buffered can't belong to its reply.
    virtual void begin(const Request &request) = 0;
    /// Bytes as they arrived, in any pieces. \a pending is null when nothing was asked (a BMS that speaks by
    /// itself). What they meant is added to \a update.
    [[nodiscard]] virtual Reply receive(Bytes bytes, const Request *pending, Update &update) = 0;
    /// A CAN frame. Drivers without CAN ignore it.
    [[nodiscard]] virtual Reply receiveFrame(const CanFrame &frame, const Request *pending, Update &update);
    /// The line was silent for quietMs: what is incomplete stays so. A frame behind a false start may come
    /// out now.
    [[nodiscard]] virtual Reply lineSilent(const Request *pending, Update &update) = 0;
    /// Bytes that the frame in progress still needs; 0 when unknown. Lets a transport wait for the whole.
    [[nodiscard]] virtual int missingBytes() const { return 0; }

    /// Judges what all Identify requests together gave. Called after each complete Identify round.
    [[nodiscard]] virtual Recognition recognise(const BatteryState &read) const = 0;
    /// Why recognise() said no, for the user, where the driver knows more than that something else answers.
    [[nodiscard]] virtual QString objection(const BatteryState &read) const;

    /// A dialogue that switches or sets something and reads it back; null where the BMS can't.
    [[nodiscard]] virtual std::unique_ptr<Procedure> control(Control control, double value,
                                                             const BatteryState &now);
    [[nodiscard]] virtual const std::vector<ParameterInfo> &parameters() const;
    /// Reads the parameters with these ids, all when empty.
    [[nodiscard]] virtual std::unique_ptr<Procedure> readParameters(const QStringList &ids);
    /// Writes, then reads back and compares each one.
    [[nodiscard]] virtual std::unique_ptr<Procedure>
    writeParameters(const std::vector<ParameterValue> &values);

    [[nodiscard]] virtual LinkCounters counters() const = 0;

private:
    DriverConfig m_config;
};

} // namespace sb

// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "bms/checksum.h"

#include <QLoggingCategory>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace sb {
namespace {

Q_LOGGING_CATEGORY(logSession, "serialbattery.session", QtInfoMsg)

constexpr std::array<qint64, 4> linePauses = {1000, 2000, 5000, 10000};
constexpr std::array<qint64, 6> radioPauses = {0, 2000, 5000, 10000, 20000, 30000};
/// A radio link on which nobody answered for so many polls, and so long, is made anew: some modules keep the
/// link and have forgotten their board.
constexpr int silentPolls = 3;
constexpr qint64 silentMs = 10000;
/// Many batteries of one radio wait for their turn, each up to half a minute.
constexpr qint64 openLimitMs = 10 * 60000;
/// An optional request that stays unanswered so often is asked rarely from then on.
constexpr int optionalFailures = 3;
constexpr qint64 optionalRetryMs = 10 * 60000;

/// On a line with other packs, one that is lost or only sought is asked again after so long.
constexpr qint64 absentRetryMs = 60000;

/// Told before, but not in this reading: whether it is the same one is open.
template<typename T>
bool unconfirmed(const std::optional<T> &was, const std::optional<T> &is)
{
    return was && !is;
}
/// So often a returning battery may leave its identity out before it is believed to be the one that was
/// there.
constexpr int unconfirmedRounds = 2;

/// True where both are known and differ: another device.
template<typename T>
bool contradicts(const std::optional<T> &a, const std::optional<T> &b)
{
    return a && b && *a != *b;
}

/// Lines of one process share so many moments of the interval. All at one moment would end their rounds in
/// the same millisecond and wait for each other; each at its own would wake the process for each, at several
/// times the CPU time (docs/performance.md).
constexpr int phases = 3;

/// Where in its interval a line begins its rounds. From the name alone: the same after each start. Names that
/// count up (ttyUSB0, ttyUSB1) are spread evenly by the golden ratio, others by their checksum.
qint64 phaseOf(const QString &name, qint64 interval)
{
    qsizetype digits = name.size();
    while (digits > 0 && name.at(digits - 1).isDigit())
        --digits;
    const QByteArray prefix = name.left(digits).toUtf8();
    const double place = checksum(Checksum::Crc32, bytesOf(prefix)) / 4294967296.0 +
                         name.mid(digits).right(6).toDouble() * std::numbers::phi;
    return static_cast<qint64>((place - std::floor(place)) * phases) * interval / phases;
}

/// Rounds are on time to some milliseconds only: a request wanted each 5 s must not wait for the sixth poll.
constexpr int periodSlackShare = 8; ///< of a poll interval

} // namespace

std::span<const qint64> reopenPauses(TransportKind kind)
{
    if (kind == TransportKind::Bluetooth)
        return radioPauses;
    return linePauses;
}

Session::Session(Transport &transport, Clock &clock, SessionSettings settings, QObject *parent)
    : QObject(parent)
    , m_transport(transport)
    , m_clock(clock)
    , m_settings(settings)
    , m_exchange(transport, clock)
    , m_tick(clock.alarm([this] { onTick(); }))
    , m_reopen(clock.alarm([this] { open(); }))
{
    connect(&transport, &Transport::opened, this, &Session::onOpened);
    connect(&transport, &Transport::failed, this, &Session::onFailed);
    connect(&transport, &Transport::deviceAppeared, this, [this] {
        if (m_running && !m_lineOpen && !m_opening && !m_pausedUntil)
            open();
    });
}

Session::~Session() = default;

PackLink *Session::addPack(std::unique_ptr<Driver> driver, PackLink::Presence presence)
{
    m_packs.push_back(std::make_unique<PackLink>(std::move(driver), presence));
    return m_packs.back().get();
}

void Session::start()
{
    m_running = true;
    m_stopping = false;
    if (m_transport.isOpen())
        onOpened();
    else
        open();
}

void Session::stop()
{
    if (!m_running || m_stopping)
        return;
    m_stopping = true;
    if (m_inCommand) {
        m_commands.front().procedure->abort();
        return; // commandDone() goes on
    }
    m_exchange.cancel();
    finishStop();
}

void Session::finishStop()
{
    failCommands(tr("stopped"));
    m_tick->stop();
    m_reopen->stop();
    m_exchange.cancel();
    m_inRound = false;
    m_running = false;
    m_lineOpen = false;
    m_transport.close();
    emit stopped();
}

void Session::open()
{
    if (!m_running || m_opening || m_lineOpen)
        return;
    m_reopen->stop();
    m_pausedUntil.reset();
    m_opening = true;
    m_openingSince = m_clock.now();
    m_transport.open();
}

void Session::onOpened()
{
    if (!m_running || m_lineOpen)
        return;
    m_opening = false;
    m_lineOpen = true;
    m_lossReported = false;
    m_openedAt = m_clock.now();
    if (m_transport.kind() != TransportKind::Bluetooth)
        m_reopenAttempt = 0; // a radio link is worth something only when it brings a reading
    for (const auto &pack : m_packs) {
        pack->m_nextTry.reset();
        // Keys, passwords and what begins a stream count for one link only.
        pack->m_greet = m_everOpened && m_transport.kind() == TransportKind::Bluetooth;
    }
    if (m_everOpened) {
        for (const auto &pack : m_packs)
            pack->m_statistics.reconnected(m_clock.now());
        qCInfo(logSession, "%s is back", qUtf8Printable(m_transport.name()));
    }
    m_everOpened = true;
    emit linkOpened();
    const int settle =
        m_packs.empty() ? 0 : m_packs.front()->driver().info().timing(m_transport.kind()).settleMs;
    m_tick->start(settle);
}

void Session::onFailed(const LinkError &error)
{
    if (!m_running)
        return;
    const bool wasOpen = m_lineOpen;
    m_opening = false;
    m_lineOpen = false;
    m_lastLinkError = error;
    m_exchange.cancel();
    m_inRound = false;
    if (wasOpen || !m_lossReported) {
        qCWarning(logSession, "%s", qUtf8Printable(error.text));
        m_lossReported = true;
        emit linkLost(error);
    }
    if (m_inCommand) {
        // Nothing can be sent any more; the driver undoes what is open at the next connection.
        (void)m_commands.front().procedure->next({StepResult::End::LinkLost, 0, nullptr});
        commandDone();
    }
    failCommands(error.text);
    if (!m_running || m_pausedUntil)
        return;
    for (const auto &pack : m_packs)
        failed(*pack, error.text);
    scheduleReopen();
    m_tick->start(m_settings.pollIntervalMs);
}

void Session::scheduleReopen()
{
    const std::span<const qint64> pauses = reopenPauses(m_transport.kind());
    const auto step = std::min<size_t>(static_cast<size_t>(m_reopenAttempt), pauses.size() - 1);
    ++m_reopenAttempt;
    m_reopen->start(pauses[step]);
}

void Session::reopenIfSilent()
{
    if (m_transport.kind() != TransportKind::Bluetooth || !m_lineOpen || m_inCommand || m_stopping)
        return;
    qint64 since = m_openedAt;
    for (const auto &pack : m_packs) {
        if (pack->m_lastPollGood)
            return;
        since = std::max(since, pack->m_lastGood.value_or(0));
    }
    if (m_clock.now() - since < std::max<qint64>(silentMs, silentPolls * m_settings.pollIntervalMs))
        return;
    qCInfo(logSession, "%s: silent, connecting anew", qUtf8Printable(m_transport.name()));
    m_exchange.cancel();
    m_inRound = false;
    m_lineOpen = false;
    m_transport.close();
    scheduleReopen();
    m_tick->start(m_settings.pollIntervalMs);
}

void Session::pause(qint64 ms)
{
    if (!m_running || m_stopping)
        return;
    if (m_inCommand) {
        m_commands.front().procedure->abort();
        m_pauseAfterCommand = ms;
        return;
    }
    beginPause(ms);
}

void Session::beginPause(qint64 ms)
{
    m_exchange.cancel();
    m_inRound = false;
    failCommands(tr("the battery was paused"));
    m_tick->stop();
    m_lineOpen = false;
    m_opening = false;
    m_transport.close();
    m_pausedUntil = m_clock.now() + ms;
    m_reopen->start(ms);
    for (const auto &pack : m_packs) {
        pack->m_condition = Condition::Paused;
        emit packUpdated(pack.get());
    }
}

void Session::resume()
{
    if (m_pausedUntil)
        open();
}

void Session::onTick()
{
    if (!m_running || m_inRound || m_inCommand)
        return;
    if (m_lineOpen) {
        beginRound();
        return;
    }
    if (m_pausedUntil)
        return;
    if (m_opening && m_clock.now() - m_openingSince > openLimitMs) {
        // Each attempt ends by itself; this is for what nobody has thought of.
        qCWarning(logSession, "%s: no end of an attempt to open it, trying anew",
                  qUtf8Printable(m_transport.name()));
        m_opening = false;
        m_transport.close();
        scheduleReopen();
    }
    // A line that is not there can't be polled; each missed poll is one all the same.
    for (const auto &pack : m_packs)
        failed(*pack, m_lastLinkError.text);
    m_tick->start(m_settings.pollIntervalMs);
}

void Session::beginRound()
{
    if (!m_commands.empty()) {
        beginCommand();
        return;
    }
    m_inRound = true;
    m_roundStart = m_clock.now();
    m_packIndex = 0;
    m_soughtThisRound = false;
    nextPack();
}

bool Session::othersAnswer(const PackLink &pack) const
{
    return std::any_of(m_packs.begin(), m_packs.end(),
                       [&pack](const auto &other) { return other.get() != &pack && other->m_lastPollGood; });
}

bool Session::isDue(const PackLink &pack) const
{
    if (pack.isSought())
        return !m_soughtThisRound && m_clock.now() >= pack.m_nextTry.value_or(0);
    // Where nobody answers, nobody is slowed down.
    return !pack.m_nextTry || m_clock.now() >= *pack.m_nextTry || !othersAnswer(pack);
}

qint64 Session::untilNextRound() const
{
    const qint64 interval = m_settings.pollIntervalMs;
    const qint64 now = m_clock.now();
    if (now - m_roundStart >= interval)
        return 0;
    // One interval after this round, moved to where this line's rounds belong: the first one, which waits for
    // nobody, is up to half an interval off; later ones some milliseconds.
    const qint64 due = m_roundStart + interval;
    const qint64 late = ((due - phaseOf(m_transport.name(), interval)) % interval + interval) % interval;
    return std::max<qint64>(0, due - late + (late > interval / 2 ? interval : 0) - now);
}

void Session::nextPack()
{
    while (m_packIndex < m_packs.size() && !isDue(*m_packs[m_packIndex]))
        ++m_packIndex;
    if (m_packIndex >= m_packs.size()) {
        m_inRound = false;
        m_tick->start(m_commands.empty() ? untilNextRound() : 0);
        return;
    }
    PackLink &pack = *m_packs[m_packIndex];
    m_phase = pack.m_identified && !pack.m_greet ? Phase::Poll : Phase::Identify;
    m_requests.clear();
    pack.m_driver->requests(m_phase, m_requests);
    if (pack.isSought() || (pack.m_firstFailure && othersAnswer(pack))) {
        // The others wait meanwhile: what must be answered comes first, and is asked once.
        std::stable_partition(m_requests.begin(), m_requests.end(),
                              [](const Request &r) { return !r.optional; });
        for (Request &request : m_requests)
            request.tries = 1;
    }
    m_soughtThisRound = m_soughtThisRound || pack.isSought();
    pack.m_update.clear();
    m_requestIndex = 0;
    m_firstRequestAt.reset();
    m_heardThisTurn = 0;
    nextRequest();
}

void Session::nextRequest()
{
    PackLink &pack = *m_packs[m_packIndex];
    const qint64 now = m_clock.now();
    while (m_requestIndex < m_requests.size()) {
        const Request &request = m_requests[m_requestIndex];
        PackLink::Memory &memory = pack.m_memory[request.id];
        qint64 period = m_phase == Phase::Poll ? request.everyMs : 0;
        if (request.optional && memory.failures >= optionalFailures)
            period =
                std::max<qint64>(period, request.absentEveryMs > 0 ? request.absentEveryMs : optionalRetryMs);
        period -= m_settings.pollIntervalMs / periodSlackShare;
        if (period <= 0 || !memory.lastAsked || now - *memory.lastAsked >= period)
            break;
        ++m_requestIndex;
    }
    if (m_requestIndex >= m_requests.size()) {
        packDone(true, {});
        return;
    }
    const Request &request = m_requests[m_requestIndex];
    pack.m_memory[request.id].lastAsked = now;
    const LinkTiming timing = pack.driver().info().timing(m_transport.kind());
    m_exchange.start(*pack.m_driver, request, pack.m_update, timing.gapMs, timing.quietMs,
                     [this](const ExchangeResult &result) { requestDone(result); });
}

void Session::requestDone(const ExchangeResult &result)
{
    PackLink &pack = *m_packs[m_packIndex];
    const Request &request = m_requests[m_requestIndex];
    if (!m_firstRequestAt)
        m_firstRequestAt = result.startedAt;
    m_heardThisTurn += result.bytesHeard;
    PackLink::Memory &memory = pack.m_memory[request.id];
    if (result.end == ExchangeResult::End::Complete) {
        memory.failures = 0;
    } else {
        ++memory.failures;
        if (!request.optional && !request.orNext) {
            packDone(false, silenceText(pack, result, request));
            return;
        }
    }
    m_requestIndex = requestAfter(m_requests, m_requestIndex, result.end == ExchangeResult::End::Complete);
    nextRequest();
}

QString Session::silenceText(const PackLink &pack, const ExchangeResult &result, const Request &request) const
{
    const QString where = pack.address() ? tr("%1, address %2").arg(m_transport.name()).arg(*pack.address())
                                         : m_transport.name();
    if (result.end == ExchangeResult::End::Refused)
        return tr("%1: the BMS refused request 0x%2 (code 0x%3)")
            .arg(where)
            .arg(request.id, 2, 16, QLatin1Char('0'))
            .arg(result.code, 2, 16, QLatin1Char('0'));
    if (result.badChecksums > 0)
        return tr("%1: only damaged replies after %n tries", nullptr, result.tries).arg(where);
    if (result.bytesHeard > 0)
        return tr("%1: no valid reply after %n tries, but other bytes", nullptr, result.tries).arg(where);
    return tr("%1: no reply after %n tries", nullptr, result.tries).arg(where);
}

void Session::packDone(bool good, const QString &error)
{
    PackLink &pack = *m_packs[m_packIndex];
    if (good)
        accept(pack);
    else
        failed(pack, error);
    if (m_running && m_inRound && !good)
        reopenIfSilent();
    if (!m_running || !m_inRound)
        return; // whoever was told has stopped or paused us
    ++m_packIndex;
    nextPack();
}

void Session::accept(PackLink &pack)
{
    const qint64 now = m_clock.now();
    // One that is known and only greeted again is believed: a cell that died meanwhile must be told.
    if (!pack.m_identified && pack.m_driver->recognise(pack.m_update.values) != Recognition::Yes) {
        const QString objection = pack.m_driver->objection(pack.m_update.values);
        failed(pack,
               objection.isEmpty()
                   ? tr("%1: what answers is not a %2 BMS").arg(m_transport.name(), pack.driver().info().id)
                   : QStringLiteral("%1: %2").arg(m_transport.name(), objection));
        return;
    }
    const BatteryState &read = pack.m_update.values;
    if (!pack.m_identified && pack.m_unconfirmed < unconfirmedRounds &&
        (unconfirmed(pack.m_knownAs.uniqueId, read.uniqueId) ||
         unconfirmed(pack.m_knownAs.serialNumber, read.serialNumber) ||
         unconfirmed(pack.m_knownAs.hardwareVersion, read.hardwareVersion))) {
        ++pack.m_unconfirmed;
        failed(pack, tr("%1: a BMS answers again, but does not say which").arg(m_transport.name()));
        return;
    }
    const bool known = isKnown(pack.m_knownAs.cellCount);
    if (!pack.m_identified && known && isAnother(pack)) {
        qCWarning(logSession, "%s: another battery answers now", qUtf8Printable(m_transport.name()));
        pack.m_state = TimedState();
        pack.m_plausibility.reset();
        pack.m_lastGood.reset();
        emit packReplaced(&pack);
        if (!m_running)
            return; // its owner starts anew with the whole line
    }
    absorb(pack, pack.m_update.values);
    pack.m_state.expire(FieldKind::Measurement, now - m_settings.staleAfterMs);
    pack.m_statistics.goodPoll(now, static_cast<double>(now - m_firstRequestAt.value_or(now)));
    pack.m_statistics.implausible(pack.m_plausibility.dropped());
    if (const std::optional<SignalStrength> signal = m_transport.signalStrength())
        pack.m_statistics.heard(signal->dBm, now - signal->ageMs);
    m_reopenAttempt = 0;
    if (!othersAnswer(pack)) {
        // Where nobody answered before, the line itself may have been cut: the others are back as well.
        for (const auto &other : m_packs) {
            if (!other->isSought())
                other->m_nextTry.reset();
        }
    }
    pack.m_lastGood = now;
    pack.m_lastPollGood = true;
    pack.m_greet = false;
    pack.m_firstFailure.reset();
    pack.m_nextTry.reset();
    pack.m_presence = PackLink::Presence::Expected;
    pack.m_lastCurrent = pack.m_state.values().current;
    pack.m_condition = Condition::Fresh;
    if (!pack.m_identified) {
        pack.m_identified = true;
        pack.m_unconfirmed = 0;
        pack.m_knownAs = pack.m_state.values();
        if (!known)
            emit packIdentified(&pack);
    }
    emit packUpdated(&pack);
}

bool Session::isAnother(const PackLink &pack) const
{
    BatteryState is = pack.m_update.values;
    deriveFields(is);
    const BatteryState &was = pack.m_knownAs;
    return contradicts(was.uniqueId, is.uniqueId) || contradicts(was.serialNumber, is.serialNumber) ||
           contradicts(was.hardwareVersion, is.hardwareVersion) || contradicts(was.cellCount, is.cellCount);
}

void Session::absorb(PackLink &pack, BatteryState &values)
{
    const qint64 now = m_clock.now();
    // Boards that don't know their cells: the user may.
    if (const QVariant cells = pack.driver().config().options.value(QStringLiteral("cells"));
        !values.cellCount && values.cellVoltages.empty() && cells.toInt() > 0)
        values.cellCount = cells.toInt();
    for (const ImplausibleReading &reading : pack.m_plausibility.check(values, pack.m_state, now)) {
        if (reading.event) {
            qCWarning(logSession, "%s: %s %g is %s", qUtf8Printable(m_transport.name()),
                      fieldInfo(reading.field).key.data(), reading.value,
                      reading.step ? "far from the reading before, but keeps coming: taken"
                                   : "impossible: dropped");
            emit implausible(&pack, reading);
        }
    }
    pack.m_state.merge(values, now);
}

void Session::failed(PackLink &pack, const QString &error)
{
    const qint64 now = m_clock.now();
    if (pack.isSought()) {
        pack.m_nextTry = now + absentRetryMs;
        return;
    }
    if (m_lineOpen && (pack.m_lastPollGood || pack.m_condition == Condition::Paused))
        qCWarning(logSession, "%s", qUtf8Printable(error));
    pack.m_lastPollGood = false;
    pack.m_statistics.failedPoll(error);
    if (!pack.m_firstFailure)
        pack.m_firstFailure = now;
    if (now - *pack.m_firstFailure >= m_settings.lostAfterMs) {
        if (pack.m_condition != Condition::Lost && pack.m_condition != Condition::Asleep && pack.m_lastGood) {
            pack.m_state.expire(FieldKind::Measurement, now + 1);
            pack.m_plausibility.reset();
            const Number sleepsBelow = pack.driver().info().sleepsBelow;
            const bool asleep = m_lineOpen && m_heardThisTurn == 0 && sleepsBelow && pack.m_lastCurrent &&
                                std::abs(*pack.m_lastCurrent) < *sleepsBelow;
            pack.m_condition = asleep ? Condition::Asleep : Condition::Lost;
        }
        pack.m_nextTry = now + absentRetryMs;
        // Whatever answers next may be another battery.
        pack.m_identified = false;
        pack.m_memory.clear();
    } else if (pack.m_lastGood) {
        pack.m_condition = Condition::Stale;
    } else {
        pack.m_condition = Condition::Connecting;
    }
    emit packUpdated(&pack);
}

void Session::run(PackLink *pack, std::unique_ptr<Procedure> procedure, Finished finished)
{
    if (!m_running || m_stopping || !m_lineOpen) {
        ProcedureResult result;
        result.error = m_lastLinkError.text.isEmpty() ? tr("%1 is not open").arg(m_transport.name())
                                                      : m_lastLinkError.text;
        finished(result, {});
        return;
    }
    m_commands.push_back({pack, std::move(procedure), std::move(finished), {}, {}});
    if (!m_inRound && !m_inCommand)
        m_tick->start(0);
}

void Session::beginCommand()
{
    m_inCommand = true;
    m_commands.front().pack->m_plausibility.allowSteps(true);
    continueCommand({StepResult::End::Start, 0, nullptr});
}

void Session::continueCommand(const StepResult &last)
{
    Command &command = m_commands.front();
    const std::optional<Request> request = command.procedure->next(last);
    if (!request) {
        commandDone();
        return;
    }
    command.update.clear();
    const LinkTiming timing = command.pack->driver().info().timing(m_transport.kind());
    m_exchange.start(*command.pack->m_driver, *request, command.update, timing.gapMs, timing.quietMs,
                     [this](const ExchangeResult &result) {
                         Command &running = m_commands.front();
                         StepResult step;
                         step.code = result.code;
                         switch (result.end) {
                         case ExchangeResult::End::Complete:
                             step.end = StepResult::End::Complete;
                             step.update = &running.update;
                             // What parameters tell about the battery is worth as much as a poll.
                             absorb(*running.pack, running.update.values);
                             running.read.insert(running.read.end(), running.update.parameters.begin(),
                                                 running.update.parameters.end());
                             break;
                         case ExchangeResult::End::Refused:
                             step.end = StepResult::End::Refused;
                             break;
                         case ExchangeResult::End::Timeout:
                             step.end = StepResult::End::Timeout;
                             break;
                         }
                         continueCommand(step);
                     });
}

void Session::commandDone()
{
    Command command = std::move(m_commands.front());
    m_commands.pop_front();
    m_inCommand = false;
    command.pack->m_plausibility.allowSteps(false);
    // Readers see what the command did before they hear that it is done.
    emit packUpdated(command.pack);
    command.finished(command.procedure->result(), command.read);
    if (m_stopping) {
        finishStop();
    } else if (const auto pauseMs = std::exchange(m_pauseAfterCommand, std::nullopt)) {
        beginPause(*pauseMs);
    } else if (m_running && m_lineOpen) {
        m_tick->start(0);
    }
}

void Session::failCommands(const QString &error)
{
    while (!m_commands.empty() && !m_inCommand) {
        Command command = std::move(m_commands.front());
        m_commands.pop_front();
        ProcedureResult result;
        result.error = error;
        command.finished(result, {});
    }
}

} // namespace sb

// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdprocedures.h"

#include "drivers/jbd/jbdparameters.h"

#include <QCoreApplication>
#include <cmath>

namespace sb::jbd {
namespace {

using End = StepResult::End;

constexpr int modeChangeMs = 300; // after entering the settings mode, and after saving
constexpr int betweenRegistersMs = 60;
constexpr int fetReactionMs = 300;
constexpr int balanceTestMs = 3000; // long enough to see it, short enough for the settings mode
constexpr int readBackTries = 3;

QString tr(const char *text) { return QCoreApplication::translate("JbdProcedures", text); }

QString refusal(int code)
{
    switch (code) {
    case Unknown:
        return tr("the BMS does not know this command");
    case NotAllowed:
        return tr("the BMS does not allow it");
    case WrongPassword:
        return tr("the BMS wants a password");
    default:
        return tr("the BMS refused with code 0x%1").arg(code, 2, 16, QLatin1Char('0'));
    }
}

QString failure(const StepResult &last)
{
    return last.end == End::Refused ? refusal(last.code) : tr("the BMS did not answer");
}

/// What all dialogues share: entering and leaving the settings mode, and ending.
class Dialogue : public Procedure
{
public:
    explicit Dialogue(JbdDriver &driver)
        : m_driver(driver)
    {}

    std::optional<Request> next(const StepResult &last) override
    {
        if (last.end == End::LinkLost) {
            // The driver remembers an open settings mode and leaves it when the link is back.
            fail(tr("the link was lost"));
            m_leaving = true;
            return std::nullopt;
        }
        if (m_leaving) {
            if (last.end != End::Complete)
                fail(tr("leaving the settings mode: %1").arg(failure(last)));
            m_leaving = m_modeOpen = false;
            return m_aborted || m_finished ? std::nullopt : afterLeaving(last.end == End::Complete);
        }
        if (m_aborted) {
            fail(tr("stopped"));
            return end();
        }
        return step(last);
    }
    void abort() override { m_aborted = true; }
    [[nodiscard]] ProcedureResult result() const override { return m_result; }

protected:
    /// The dialogue's own logic.
    virtual std::optional<Request> step(const StepResult &last) = 0;
    /// Where it goes on when the settings mode was left on the way.
    virtual std::optional<Request> afterLeaving(bool left)
    {
        Q_UNUSED(left)
        return std::nullopt;
    }

    Request enterMode()
    {
        m_modeOpen = true; // from now on it may be, whatever the board answers
        m_driver.setFactoryModeOpen(true);
        return m_driver.writeRequest(FactoryEnter, word(factoryEnterKey));
    }
    std::optional<Request> leaveMode(quint16 key)
    {
        if (!m_modeOpen)
            return std::nullopt;
        m_leaving = true;
        Request request = m_driver.writeRequest(FactoryExit, word(key));
        request.pauseBeforeMs = betweenRegistersMs;
        return request;
    }
    /// The last request, or nothing: leaves the mode without saving where it is open.
    std::optional<Request> end()
    {
        m_finished = true;
        return leaveMode(factoryExitDiscard);
    }
    std::optional<Request> endWith(const QString &error, bool refused)
    {
        fail(error);
        m_result.refused = refused;
        return end();
    }
    void fail(const QString &error)
    {
        m_result.ok = false;
        if (m_result.error.isEmpty())
            m_result.error = error;
    }
    Request paused(Request request, int ms) const
    {
        request.pauseBeforeMs = ms;
        return request;
    }

    JbdDriver &m_driver;
    ProcedureResult m_result;
    bool m_modeOpen = false;

private:
    bool m_leaving = false;
    bool m_finished = false;
    bool m_aborted = false;
};

class LockFets : public Dialogue
{
public:
    LockFets(JbdDriver &driver, LockBit bit, bool lock)
        : Dialogue(driver)
        , m_bit(bit)
        , m_lock(lock)
        , m_word(static_cast<quint8>(lock ? driver.commandedLock() | bit : driver.commandedLock() & ~bit))
    {}

protected:
    std::optional<Request> step(const StepResult &last) override
    {
        if (last.end == End::Start)
            return write(FetLock);
        if (m_stage == Stage::Write) {
            // Newer firmware has moved the register.
            if (last.end == End::Refused && last.code == Unknown && m_register == FetLock)
                return write(FetLockNew);
            if (last.end != End::Complete)
                return endWith(failure(last), last.end == End::Refused);
            m_driver.setCommandedLock(m_word);
            m_stage = Stage::Verify;
            return paused(m_driver.readRequest(BasicInformation), fetReactionMs);
        }
        if (last.end != End::Complete)
            return endWith(tr("the BMS accepted, but could not be read afterwards"), false);
        const BatteryState &state = last.update->values;
        const Flag closed = m_bit == LockCharge ? state.chargeAllowed : state.dischargeAllowed;
        // A released FET may stay open for a protection; that is the board's decision, not a failed command.
        const bool protectedOpen = !m_lock && (state.problemCode.value_or(0) & protectionMask) != 0;
        if (closed == !m_lock || protectedOpen) {
            m_result.ok = true;
            return end();
        }
        if (++m_readBacks < readBackTries)
            return paused(m_driver.readRequest(BasicInformation), fetReactionMs);
        return endWith(tr("the BMS accepted, but the FET did not follow"), true);
    }

private:
    enum class Stage : quint8 { Write, Verify };
    static constexpr qint64 protectionMask = 0x0FFF;

    Request write(quint8 reg)
    {
        m_register = reg;
        return m_driver.writeRequest(reg, word(m_word));
    }

    LockBit m_bit;
    bool m_lock;
    quint8 m_word;
    quint8 m_register = FetLock;
    Stage m_stage = Stage::Write;
    int m_readBacks = 0;
};

class SetStateOfCharge : public Dialogue
{
public:
    SetStateOfCharge(JbdDriver &driver, double percent, double capacityAh)
        : Dialogue(driver)
        , m_percent(percent)
        , m_raw(std::lround(capacityAh * percent)) // percent of Ah is 10 mAh
    {}

protected:
    std::optional<Request> step(const StepResult &last) override
    {
        switch (m_stage) {
        case Stage::Begin:
            if (m_raw < 0 || m_raw > 0xFFFF)
                return endWith(tr("the value does not fit into the BMS"), true);
            // Full has a command of its own, which needs no settings mode; boards without it refuse it.
            if (m_percent == 100) {
                m_stage = Stage::Reset;
                return m_driver.writeRequest(ControlWord, word(fullChargeReset));
            }
            m_stage = Stage::Enter;
            return enterMode();
        case Stage::Reset:
            if (last.end == End::Complete) {
                m_stage = Stage::Verify;
                return paused(m_driver.readRequest(BasicInformation), modeChangeMs);
            }
            m_stage = Stage::Enter;
            return enterMode();
        case Stage::Enter:
            if (last.end != End::Complete)
                return endWith(tr("entering the settings mode: %1").arg(failure(last)),
                               last.end == End::Refused);
            m_stage = Stage::Write;
            return paused(m_driver.writeRequest(RemainingCapacity, word(static_cast<quint16>(m_raw))),
                          modeChangeMs);
        case Stage::Write:
            if (last.end != End::Complete)
                return endWith(failure(last), last.end == End::Refused);
            return leaveMode(factoryExitSave);
        case Stage::Verify:
            break;
        }
        constexpr double rounding = 1.0; // percent; the board keeps whole ones
        if (last.end != End::Complete)
            return endWith(tr("the BMS accepted, but could not be read afterwards"), false);
        const Number soc = last.update->values.soc;
        if (soc && std::abs(*soc - m_percent) <= rounding) {
            m_result.ok = true;
            return end();
        }
        if (++m_readBacks < readBackTries)
            return paused(m_driver.readRequest(BasicInformation), modeChangeMs);
        return endWith(tr("the BMS accepted, but still says %1 %").arg(soc.value_or(0)), true);
    }
    std::optional<Request> afterLeaving(bool left) override
    {
        if (!left)
            return std::nullopt;
        m_stage = Stage::Verify;
        return paused(m_driver.readRequest(BasicInformation), modeChangeMs);
    }

private:
    enum class Stage : quint8 { Begin, Reset, Enter, Write, Verify };
    double m_percent;
    long m_raw;
    Stage m_stage = Stage::Begin;
    int m_readBacks = 0;
};

class TestBalancer : public Dialogue
{
public:
    TestBalancer(JbdDriver &driver, quint8 mode)
        : Dialogue(driver)
        , m_mode(mode)
    {}

protected:
    std::optional<Request> step(const StepResult &last) override
    {
        if (last.end != End::Start && last.end != End::Complete)
            return endWith(failure(last), last.end == End::Refused);
        switch (m_stage++) {
        case 0:
            return enterMode();
        case 1:
            return paused(m_driver.writeRequest(BalanceTest, word(m_mode)), modeChangeMs);
        case 2:
            return paused(m_driver.readRequest(BasicInformation), balanceTestMs);
        case 3:
            return paused(m_driver.writeRequest(BalanceTest, word(allClosed)), betweenRegistersMs);
        default:
            m_result.ok = true;
            return end();
        }
    }

private:
    static constexpr quint16 allClosed = 3;
    quint8 m_mode;
    int m_stage = 0;
};

/// Reads registers one after the other; enters the settings mode when the board wants it.
class RegisterReader
{
public:
    void start(std::vector<quint8> registers)
    {
        m_registers = std::move(registers);
        m_at = 0;
        m_silent = 0;
    }
    [[nodiscard]] bool atEnd() const { return m_at >= m_registers.size(); }
    [[nodiscard]] quint8 current() const { return m_registers[m_at]; }
    void advance() { ++m_at; }
    /// Registers in a row without any answer: the board is gone.
    [[nodiscard]] bool silentTooOften() { return ++m_silent >= 3; }
    void answered() { m_silent = 0; }

private:
    std::vector<quint8> m_registers;
    size_t m_at = 0;
    int m_silent = 0;
};

std::vector<quint8> registersOf(const QStringList &ids)
{
    std::vector<quint8> registers;
    for (const ParameterRow &row : parameterRows()) {
        const bool wanted = ids.isEmpty() || ids.contains(QLatin1String(row.id));
        if (wanted && std::find(registers.begin(), registers.end(), row.reg) == registers.end())
            registers.push_back(row.reg);
    }
    return registers;
}

class ReadSettings : public Dialogue
{
public:
    ReadSettings(JbdDriver &driver, std::vector<quint8> registers)
        : Dialogue(driver)
    {
        m_reader.start(std::move(registers));
    }

protected:
    std::optional<Request> step(const StepResult &last) override
    {
        if (last.end == End::Start)
            return readOrFinish(0);
        if (m_entering) {
            m_entering = false;
            m_refusedMode = last.end != End::Complete;
            // The register that made us enter is asked again, or passed over where the mode stays shut.
            if (m_refusedMode)
                m_reader.advance();
            return readOrFinish(modeChangeMs);
        }
        if (last.end == End::Complete) {
            m_anything = true;
            m_reader.answered();
            m_reader.advance();
            return readOrFinish(betweenRegistersMs);
        }
        if (last.end == End::Timeout && m_reader.silentTooOften())
            return endWith(tr("the BMS stopped answering"), false);
        if (!m_modeOpen && !m_refusedMode) {
            m_entering = true;
            return enterMode();
        }
        m_reader.advance(); // a register that this board does not have
        return readOrFinish(betweenRegistersMs);
    }

private:
    std::optional<Request> readOrFinish(int pause)
    {
        if (!m_reader.atEnd())
            return paused(m_driver.readRequest(m_reader.current()), pause);
        m_result.ok = m_anything;
        if (!m_anything)
            fail(tr("the BMS gave none of these settings"));
        return end();
    }
    RegisterReader m_reader;
    bool m_entering = false;
    bool m_refusedMode = false;
    bool m_anything = false;
};

class WriteSettings : public Dialogue
{
public:
    WriteSettings(JbdDriver &driver, std::vector<ParameterValue> values)
        : Dialogue(driver)
        , m_values(std::move(values))
    {
        for (const ParameterValue &value : m_values) {
            m_result.parameters.push_back({value.id, ParameterOutcome::Status::NoReply});
            const ParameterRow *row = findParameter(value.id);
            if (row && std::find(m_registers.begin(), m_registers.end(), row->reg) == m_registers.end())
                m_registers.push_back(row->reg);
        }
    }

protected:
    std::optional<Request> step(const StepResult &last) override
    {
        switch (m_stage) {
        case Stage::Begin:
            for (const ParameterValue &value : m_values) {
                if (!findParameter(value.id))
                    return endWith(tr("%1: this BMS has no such setting").arg(value.id), true);
            }
            m_stage = Stage::Enter;
            return enterMode();
        case Stage::Enter:
            if (last.end != End::Complete)
                return endWith(tr("entering the settings mode: %1").arg(failure(last)),
                               last.end == End::Refused);
            return nextRegister(modeChangeMs);
        case Stage::ReadOld:
            if (last.end == End::Timeout)
                return endWith(failure(last), false);
            if (last.end == End::Refused) {
                setOutcome(m_registers[m_at++], ParameterOutcome::Status::Refused);
                return nextRegister(betweenRegistersMs);
            }
            return write();
        case Stage::Write:
            if (last.end == End::Timeout)
                return endWith(failure(last), false); // nothing is saved
            setOutcome(m_registers[m_at], last.end == End::Complete ? ParameterOutcome::Status::NotVerified
                                                                    : ParameterOutcome::Status::Refused);
            m_saved = m_saved || last.end == End::Complete;
            ++m_at;
            return nextRegister(betweenRegistersMs);
        case Stage::Verify:
            if (m_entering) {
                m_entering = false;
                if (last.end != End::Complete)
                    return endWith(tr("reading back: %1").arg(failure(last)), false);
                return paused(m_driver.readRequest(m_registers[m_at]), modeChangeMs);
            }
            if (last.end == End::Complete) {
                compare(m_registers[m_at], *last.update);
            } else if (!m_modeOpen) {
                m_entering = true;
                return enterMode();
            }
            ++m_at;
            return nextToVerify(betweenRegistersMs);
        }
        return end();
    }
    std::optional<Request> afterLeaving(bool left) override
    {
        if (!left)
            return std::nullopt;
        m_stage = Stage::Verify;
        m_at = 0;
        return nextToVerify(modeChangeMs);
    }

private:
    enum class Stage : quint8 { Begin, Enter, ReadOld, Write, Verify };

    /// Several settings may share the register; then what is in it now is read first.
    [[nodiscard]] bool isShared(quint8 reg) const
    {
        return std::any_of(parameterRows().begin(), parameterRows().end(),
                           [reg](const ParameterRow &row) { return row.reg == reg && row.bits < 16; });
    }
    std::optional<Request> nextRegister(int pause)
    {
        if (m_at >= m_registers.size()) {
            if (!m_saved)
                return endWith(tr("the BMS refused all of it"), true);
            return leaveMode(factoryExitSave);
        }
        m_pause = pause;
        if (isShared(m_registers[m_at])) {
            m_stage = Stage::ReadOld;
            m_driver.forgetRegister(m_registers[m_at]);
            return paused(m_driver.readRequest(m_registers[m_at]), pause);
        }
        return write();
    }
    std::optional<Request> write()
    {
        const quint8 reg = m_registers[m_at];
        QByteArray raw = m_driver.rawRegister(reg);
        for (const ParameterValue &value : m_values) {
            const ParameterRow *row = findParameter(value.id);
            if (row->reg != reg)
                continue;
            const auto encoded = encodeParameter(*row, value.value, raw);
            if (!encoded)
                return endWith(tr("%1: the value does not fit into the BMS").arg(value.id), true);
            raw = *encoded;
        }
        m_stage = Stage::Write;
        return paused(m_driver.writeRequest(reg, raw), m_pause);
    }
    std::optional<Request> nextToVerify(int pause)
    {
        while (m_at < m_registers.size() && !wasWritten(m_registers[m_at]))
            ++m_at;
        if (m_at < m_registers.size())
            return paused(m_driver.readRequest(m_registers[m_at]), pause);
        judge();
        return end();
    }
    [[nodiscard]] bool wasWritten(quint8 reg) const
    {
        for (size_t i = 0; i < m_values.size(); ++i) {
            if (findParameter(m_values[i].id)->reg == reg)
                return m_result.parameters[i].status == ParameterOutcome::Status::NotVerified;
        }
        return false;
    }
    void setOutcome(quint8 reg, ParameterOutcome::Status status)
    {
        for (size_t i = 0; i < m_values.size(); ++i) {
            if (findParameter(m_values[i].id)->reg == reg)
                m_result.parameters[i].status = status;
        }
    }
    void compare(quint8 reg, const Update &update)
    {
        for (size_t i = 0; i < m_values.size(); ++i) {
            const ParameterRow *row = findParameter(m_values[i].id);
            if (row->reg != reg)
                continue;
            const auto read =
                std::find_if(update.parameters.begin(), update.parameters.end(),
                             [&](const ParameterValue &value) { return value.id == m_values[i].id; });
            // Equal on the wire is equal: the rest is rounding of the text.
            const QByteArray raw = m_driver.rawRegister(reg);
            if (read != update.parameters.end() &&
                encodeParameter(*row, read->value, raw) == encodeParameter(*row, m_values[i].value, raw))
                m_result.parameters[i].status = ParameterOutcome::Status::Ok;
        }
    }
    void judge()
    {
        m_result.ok = true;
        for (const ParameterOutcome &outcome : m_result.parameters) {
            if (outcome.status == ParameterOutcome::Status::Ok)
                continue;
            const bool refused = outcome.status == ParameterOutcome::Status::Refused;
            m_result.refused = m_result.refused || refused;
            fail(refused ? tr("%1: refused by the BMS").arg(outcome.id)
                         : tr("%1: written, but the BMS still has another value").arg(outcome.id));
        }
    }

    std::vector<ParameterValue> m_values;
    std::vector<quint8> m_registers;
    size_t m_at = 0;
    int m_pause = 0;
    Stage m_stage = Stage::Begin;
    bool m_saved = false;
    bool m_entering = false;
};

} // namespace

std::unique_ptr<Procedure> lockFets(JbdDriver &driver, LockBit bit, bool lock)
{
    return std::make_unique<LockFets>(driver, bit, lock);
}

std::unique_ptr<Procedure> setStateOfCharge(JbdDriver &driver, double percent, double capacityAh)
{
    return std::make_unique<SetStateOfCharge>(driver, percent, capacityAh);
}

std::unique_ptr<Procedure> balanceTest(JbdDriver &driver, quint8 mode)
{
    return std::make_unique<TestBalancer>(driver, mode);
}

std::unique_ptr<Procedure> readSettings(JbdDriver &driver, const QStringList &ids)
{
    return std::make_unique<ReadSettings>(driver, registersOf(ids));
}

std::unique_ptr<Procedure> writeSettings(JbdDriver &driver, const std::vector<ParameterValue> &values)
{
    return std::make_unique<WriteSettings>(driver, values);
}

} // namespace sb::jbd

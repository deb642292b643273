// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbdprocedures.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <functional>

namespace sb::jbd {
namespace {

/// Context of the translations.
struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Jbd)
};

using End = StepResult::End;

constexpr quint16 enterKey = 0x5678;
constexpr quint16 saveKey = 0x2828;
constexpr quint16 resetSocKey = 0x0100;  ///< of reg::command: state of charge to 100 %
constexpr quint16 balancerBit = 1U << 2; ///< of reg::functions

constexpr int modePauseMs = 300; ///< after entering and leaving settings mode
constexpr int registerPauseMs = 60;
constexpr int effectPauseMs = 300; ///< until a command shows in the readings
constexpr int effectReads = 3;
constexpr int balanceTestMs = 1000;
/// Some boards stop counting charge in settings mode: it is left after so many registers, well below 10 s.
constexpr int registersPerVisit = 30;
constexpr int silentRegisters = 3; ///< in a row: nobody is there any more
constexpr int tries = 2;
constexpr int exitTries = 4;

QString refusal(int code)
{
    switch (code) {
    case status::unknownRegister:
        return Words::tr("the BMS does not know the command (code 0x80)");
    case status::notAllowed:
        return Words::tr("the BMS does not allow it now (code 0x81)");
    case status::damaged:
        return Words::tr("the request arrived damaged (code 0x82); check the wiring");
    case status::wrongPassword:
        return Words::tr("the BMS is locked by a password (code 0x83); unlock it with the maker's app");
    default:
        return Words::tr("the BMS answered with code 0x%1").arg(code, 2, 16, QLatin1Char('0'));
    }
}

/// A dialogue as a chain: each step says what to ask and what to do with the answer. Whatever happens, an
/// open settings mode is left before the end.
class Dialogue : public Procedure
{
public:
    explicit Dialogue(Context context)
        : m_context(std::move(context))
    {}

    std::optional<Request> next(const StepResult &last) final
    {
        if (last.end == End::LinkLost) {
            fail(Words::tr("the connection was lost before it was finished"));
            m_plan.reset();
            m_then = nullptr;
            return std::nullopt;
        }
        if (!m_begun) {
            m_begun = true;
            if (!m_aborted)
                begin();
        } else if (const Then then = std::exchange(m_then, nullptr)) {
            then(last);
        }
        if (m_aborted && (m_plan || !m_result.ok))
            fail(Words::tr("stopped before it was finished"));
        if (m_failed && !m_leaving) {
            m_plan.reset();
            if (m_maybeOpen)
                leave(discardKey, [] {});
        }
        if (!m_plan)
            return std::nullopt;
        Request request = std::move(m_plan->request);
        m_then = std::move(m_plan->then);
        m_plan.reset();
        return request;
    }

    void abort() final { m_aborted = true; }
    [[nodiscard]] ProcedureResult result() const final { return m_result; }

protected:
    using Then = std::function<void(const StepResult &)>;

    virtual void begin() = 0;

    /// Next on the wire, \a pauseMs after the line fell silent; \a then gets how it ended.
    void ask(Request request, int pauseMs, Then then)
    {
        request.pauseBeforeMs = std::max(pauseMs, m_modeChanged ? modePauseMs : 0);
        m_modeChanged = false;
        request.tries = m_leaving ? exitTries : tries;
        m_plan = Plan{std::move(request), std::move(then)};
    }
    void read(quint8 reg, int pauseMs, Then then) { ask(protocol().read(reg), pauseMs, std::move(then)); }
    void write(quint8 reg, quint16 word, Then then)
    {
        ask(protocol().write(reg, word), registerPauseMs, std::move(then));
    }

    void enter(Then then)
    {
        // A mode whose confirmation got lost is open all the same.
        m_maybeOpen = true;
        memory().settingsOpen = true;
        write(reg::enterSettings, enterKey, [this, then = std::move(then)](const StepResult &end) {
            m_modeChanged = true;
            if (end.end == End::Refused)
                m_maybeOpen = false;
            then(end);
        });
    }
    void enterOrFail(std::function<void()> then)
    {
        enter([this, then = std::move(then)](const StepResult &end) {
            if (end.end == End::Complete)
                then();
            else
                failBy(end, Words::tr("the settings can't be opened"));
        });
    }
    /// \a key: discardKey or saveKey; what was stopped half-way is not saved.
    void leave(quint16 key, std::function<void()> then)
    {
        m_leaving = true;
        if (m_aborted)
            key = discardKey;
        write(reg::exitSettings, key, [this, key, then = std::move(then)](const StepResult &end) {
            m_leaving = false;
            m_modeChanged = true;
            if (end.end == End::Complete) {
                m_maybeOpen = false;
                then();
            } else if (key == saveKey) {
                failBy(end, Words::tr("the settings were not saved for certain")); // and next() discards
            } else {
                m_maybeOpen = false;
                m_failed = false; // worse than any reason before
                failBy(end,
                       Words::tr("the settings mode was not left for certain: switch the BMS off and on"));
            }
        });
    }
    [[nodiscard]] bool isOpen() const { return m_maybeOpen; }

    void succeed() { m_result.ok = !m_failed; }
    /// The first reason counts.
    void fail(const QString &error)
    {
        if (!m_failed)
            m_result.error = error;
        m_failed = true;
        m_result.ok = false;
    }
    void failBy(const StepResult &end, const QString &what)
    {
        m_result.refused = m_result.refused || (end.end == End::Refused && !m_failed);
        fail(QStringLiteral("%1: %2").arg(what, end.end == End::Refused
                                                    ? refusal(end.code)
                                                    : Words::tr("no reply from the BMS; check the cable")));
    }

    [[nodiscard]] const Protocol &protocol() const { return m_context.protocol; }
    [[nodiscard]] Memory &memory() const { return *m_context.memory; }

    ProcedureResult m_result;

private:
    struct Plan
    {
        Request request;
        Then then;
    };

    Context m_context;
    std::optional<Plan> m_plan;
    Then m_then;
    bool m_begun = false;
    bool m_failed = false;
    bool m_aborted = false;
    bool m_maybeOpen = false; ///< settings mode
    bool m_leaving = false;
    bool m_modeChanged = false;
};

/// Reads basic information until it shows what was commanded.
class CommandDialogue : public Dialogue
{
protected:
    using Dialogue::Dialogue;

    void awaitEffect(std::function<bool(const BatteryState &)> shown, std::function<void()> otherwise)
    {
        m_reads = 0;
        m_shown = std::move(shown);
        m_otherwise = std::move(otherwise);
        readEffect();
    }

private:
    void readEffect()
    {
        read(reg::basicInformation, effectPauseMs, [this](const StepResult &end) {
            ++m_reads;
            if (end.end != End::Complete)
                failBy(end, Words::tr("sent, but the BMS can't be asked for the effect"));
            else if (m_shown(end.update->values))
                succeed();
            else if (m_reads < effectReads)
                readEffect();
            else
                m_otherwise();
        });
    }

    int m_reads = 0;
    std::function<bool(const BatteryState &)> m_shown;
    std::function<void()> m_otherwise;
};

/// The bits that hold FETs open by command, as far as a reading tells it: the lock flag does not say which
/// FET it means, and a FET that a protection opened must never become a permanent lock.
quint16 lockShownBy(const BatteryState &now)
{
    constexpr qint64 states = lockedByCommandBit | chargeTimeoutBit;
    const qint64 protection = now.problemCode.value_or(0);
    if (!(protection & lockedByCommandBit) || (protection & ~states) != 0)
        return 0;
    return static_cast<quint16>((now.chargeAllowed.value_or(true) ? 0 : 1) |
                                (now.dischargeAllowed.value_or(true) ? 0 : 2));
}

class FetSwitch final : public CommandDialogue
{
public:
    FetSwitch(Context context, Control control, bool on, const BatteryState &now)
        : CommandDialogue(std::move(context))
        , m_charge(control == Control::Charge)
        , m_on(on)
        , m_shownLock(lockShownBy(now))
    {}

private:
    void begin() override
    {
        // Taken now, not when the procedure was made: another one may have run in between.
        const quint16 bit = m_charge ? 1 : 2;
        m_lock = memory().fetLock.value_or(m_shownLock) & static_cast<quint16>(~bit);
        if (!m_on)
            m_lock |= bit;
        lock(reg::fetLock);
    }

    void lock(quint8 at)
    {
        write(at, m_lock, [this, at](const StepResult &end) {
            if (end.end == End::Complete) {
                memory().fetLock = m_lock;
                awaitEffect([this](const BatteryState &state) { return isDone(state); },
                            [this] { fail(explain()); });
            } else if (end.end == End::Refused && end.code == status::unknownRegister && at == reg::fetLock) {
                lock(reg::fetLockMoved);
            } else {
                failBy(end, m_charge ? Words::tr("the charge FET was not switched")
                                     : Words::tr("the discharge FET was not switched"));
            }
        });
    }

    bool isDone(const BatteryState &state)
    {
        m_protection = state.problemCode.value_or(0) & ~qint64{lockedByCommandBit};
        return (m_charge ? state.chargeAllowed : state.dischargeAllowed) == m_on;
    }

    [[nodiscard]] QString explain() const
    {
        if (m_on && m_protection != 0)
            return m_charge ? Words::tr("the charge FET is released, but a protection holds it open")
                            : Words::tr("the discharge FET is released, but a protection holds it open");
        return m_charge ? Words::tr("the BMS confirmed, but the charge FET did not change")
                        : Words::tr("the BMS confirmed, but the discharge FET did not change");
    }

    bool m_charge;
    bool m_on;
    quint16 m_shownLock;
    quint16 m_lock = 0;
    qint64 m_protection = 0;
};

class SocSetter final : public CommandDialogue
{
public:
    SocSetter(Context context, double percent, const BatteryState &now)
        : CommandDialogue(std::move(context))
        , m_percent(percent)
        , m_capacity(now.capacityAh)
    {}

private:
    void begin() override
    {
        if (!(m_percent >= 0 && m_percent <= 100)) {
            fail(Words::tr("give a state of charge from 0 to 100 %"));
            return;
        }
        if (m_percent < 100) {
            setRemaining();
            return;
        }
        // Newer boards have a command for this that needs no settings mode.
        write(reg::command, resetSocKey, [this](const StepResult &end) {
            if (end.end == End::Complete)
                verify([this] { setRemaining(); });
            else
                setRemaining();
        });
    }

    void setRemaining()
    {
        const double raw = std::round(m_capacity.value_or(0) * m_percent); // 10 mAh
        if (!(raw <= 0xFFFF) || m_capacity.value_or(0) <= 0) {
            fail(Words::tr("the state of charge can't be set: the BMS tells no usable capacity"));
            return;
        }
        enterOrFail([this, raw] {
            write(reg::remainingCapacity, static_cast<quint16>(raw), [this](const StepResult &end) {
                if (end.end != End::Complete)
                    failBy(end, Words::tr("the state of charge was not set"));
                else
                    leave(saveKey, [this] {
                        verify([this] {
                            fail(Words::tr("the BMS confirmed, but the state of charge did not change"));
                        });
                    });
            });
        });
    }

    void verify(std::function<void()> otherwise)
    {
        awaitEffect(
            [this](const BatteryState &state) { return state.soc && std::abs(*state.soc - m_percent) <= 1; },
            std::move(otherwise));
    }

    double m_percent;
    Number m_capacity;
};

class BalanceTester final : public Dialogue
{
public:
    BalanceTester(Context context, BalanceTest test)
        : Dialogue(std::move(context))
        , m_test(test)
    {}

private:
    void begin() override
    {
        enterOrFail([this] {
            set(m_test, [this] {
                read(reg::basicInformation, balanceTestMs, [this](const StepResult &end) {
                    if (end.end != End::Complete)
                        failBy(end, Words::tr("the BMS can't be asked for the effect"));
                    else
                        set(BalanceTest::AllClosed, [this] { leave(discardKey, [this] { succeed(); }); });
                });
            });
        });
    }

    void set(BalanceTest test, std::function<void()> then)
    {
        write(reg::balanceTest, static_cast<quint16>(test),
              [this, then = std::move(then)](const StepResult &end) {
                  if (end.end == End::Complete)
                      then();
                  else
                      failBy(end, Words::tr("the balancers were not switched"));
              });
    }

    BalanceTest m_test;
};

/// Reads registers: freely where the board allows it, else in settings mode.
class SettingsDialogue : public Dialogue
{
protected:
    using Dialogue::Dialogue;
    using Each = std::function<void(quint8 reg, const StepResult &)>;

    void readAll(std::vector<quint8> registers, Each each, std::function<void()> then)
    {
        m_registers = std::move(registers);
        m_each = std::move(each);
        m_done = std::move(then);
        m_at = 0;
        m_visited = 0;
        m_silent = 0;
        m_mayEnter = true;
        readNext();
    }

private:
    void readNext()
    {
        if (m_at == m_registers.size() || m_silent == silentRegisters) {
            if (isOpen())
                leave(discardKey, m_done);
            else
                m_done();
        } else if (isOpen() && m_visited == registersPerVisit) {
            leave(discardKey, [this] { open(); });
        } else {
            const quint8 reg = m_registers[m_at];
            read(reg, registerPauseMs, [this, reg](const StepResult &end) { answered(reg, end); });
        }
    }

    void open()
    {
        m_visited = 0;
        enter([this](const StepResult &end) {
            if (end.end == End::Timeout)
                failBy(end, Words::tr("the settings can't be read"));
            else
                readNext();
        });
    }

    void answered(quint8 reg, const StepResult &end)
    {
        ++m_visited;
        if (end.end != End::Complete && !isOpen() && m_mayEnter) {
            m_mayEnter = false;
            open();
            return;
        }
        m_silent = end.end == End::Timeout ? m_silent + 1 : 0;
        m_each(reg, end);
        ++m_at;
        readNext();
    }

    std::vector<quint8> m_registers;
    Each m_each;
    std::function<void()> m_done;
    size_t m_at = 0;
    int m_visited = 0;
    int m_silent = 0;
    bool m_mayEnter = true;
};

class SettingsReader final : public SettingsDialogue
{
public:
    SettingsReader(Context context, const QStringList &ids)
        : SettingsDialogue(std::move(context))
    {
        for (const ParameterRow &row : parameterRows()) {
            const QString id = QLatin1String(row.id);
            if (!isSetting(row.reg, protocol().isAddressed()) || !(ids.isEmpty() || ids.contains(id)))
                continue;
            m_result.parameters.push_back({id, ParameterOutcome::Status::NoReply});
            m_rows.push_back(&row);
        }
        for (const QString &id : ids) {
            const ParameterRow *row = findParameter(id);
            if (!row || !isSetting(row->reg, protocol().isAddressed()))
                m_unknown = id;
        }
    }

private:
    void begin() override
    {
        if (!m_unknown.isEmpty()) {
            fail(Words::tr("this BMS has no setting \"%1\"").arg(m_unknown));
            return;
        }
        std::vector<quint8> registers;
        for (const ParameterRow *row : m_rows) {
            if (std::find(registers.begin(), registers.end(), row->reg) == registers.end())
                registers.push_back(row->reg);
        }
        readAll(
            std::move(registers), [this](quint8 reg, const StepResult &end) { note(reg, end); },
            [this] { judge(); });
    }

    void note(quint8 reg, const StepResult &end)
    {
        if (end.end == End::Timeout)
            return;
        for (size_t i = 0; i < m_rows.size(); ++i) {
            if (m_rows[i]->reg == reg)
                m_result.parameters[i].status = end.end == End::Complete ? ParameterOutcome::Status::Ok
                                                                         : ParameterOutcome::Status::Refused;
        }
    }

    void judge()
    {
        const auto count = [this](ParameterOutcome::Status status) {
            return std::count_if(
                m_result.parameters.begin(), m_result.parameters.end(),
                [status](const ParameterOutcome &outcome) { return outcome.status == status; });
        };
        // Older boards have fewer registers: what they refuse is no failure, as long as they have any.
        if (count(ParameterOutcome::Status::NoReply) > 0) {
            fail(Words::tr("not all settings could be read: no reply from the BMS; check the cable"));
        } else if (count(ParameterOutcome::Status::Ok) == 0) {
            m_result.refused = true;
            fail(Words::tr("the BMS refused to tell its settings"));
        } else {
            succeed();
        }
    }

    std::vector<const ParameterRow *> m_rows;
    QString m_unknown;
};

/// One register to write, and the settings in it that are meant.
struct RegisterEdit
{
    quint8 reg;
    RegisterValue value;
    QStringList ids;
    ParameterOutcome::Status status = ParameterOutcome::Status::NotVerified;
};

class SettingsWriter final : public SettingsDialogue
{
public:
    SettingsWriter(Context context, const std::vector<ParameterValue> &values)
        : SettingsDialogue(std::move(context))
    {
        for (const ParameterValue &given : values)
            plan(given);
    }
    SettingsWriter(Context context, RegisterEdit edit)
        : SettingsDialogue(std::move(context))
        , m_edits{std::move(edit)}
    {}

private:
    void plan(const ParameterValue &given)
    {
        const ParameterRow *row = findParameter(given.id);
        if (!row || !isSetting(row->reg, protocol().isAddressed())) {
            m_mistake = Words::tr("this BMS has no setting \"%1\"").arg(given.id);
            return;
        }
        const std::optional<RegisterValue> value = encodeParameter(*row, given.value);
        if (!value) {
            m_mistake = Words::tr("%1: the BMS can't store %2").arg(given.id, given.value.toString());
            return;
        }
        const auto at = std::find_if(m_edits.begin(), m_edits.end(),
                                     [row](const RegisterEdit &edit) { return edit.reg == row->reg; });
        if (at == m_edits.end()) {
            m_edits.push_back({row->reg, *value, {given.id}});
            return;
        }
        at->value.bits = static_cast<quint16>((at->value.bits & ~value->mask) | value->bits);
        at->value.mask |= value->mask;
        at->value.text = value->text;
        at->ids.append(given.id);
    }

    void begin() override
    {
        for (const RegisterEdit &edit : m_edits) {
            for (const QString &id : edit.ids)
                m_result.parameters.push_back({id, edit.status});
        }
        if (!m_mistake.isEmpty())
            fail(m_mistake);
        else if (m_edits.empty())
            succeed();
        else
            visit();
    }

    /// Settings mode, some registers, save; again until all are written.
    void visit()
    {
        m_visited = 0;
        m_written = false;
        enterOrFail([this] { writeNext(); });
    }

    void writeNext()
    {
        const bool all = m_at == m_edits.size();
        if (all || m_visited == registersPerVisit) {
            leave(m_written ? saveKey : discardKey, [this, all] { all ? verify() : visit(); });
            return;
        }
        ++m_visited;
        const RegisterEdit &edit = m_edits[m_at];
        if (edit.value.mask == 0) {
            ask(protocol().write(edit.reg, edit.value.text), registerPauseMs,
                [this](const StepResult &end) { written(end); });
        } else if (edit.value.mask == 0xFFFF) {
            write(edit.reg, edit.value.bits, [this](const StepResult &end) { written(end); });
        } else {
            // The other settings in the register, and bits nobody knows, must stay.
            read(edit.reg, registerPauseMs, [this](const StepResult &end) { writePart(end); });
        }
    }

    void writePart(const StepResult &end)
    {
        const RegisterEdit &edit = m_edits[m_at];
        const std::optional<quint16> word = readWord(edit.reg);
        if (end.end != End::Complete || !word) {
            written(end.end == End::Complete ? StepResult{End::Timeout} : end);
            return;
        }
        write(edit.reg, static_cast<quint16>((*word & ~edit.value.mask) | edit.value.bits),
              [this](const StepResult &done) { written(done); });
    }

    void written(const StepResult &end)
    {
        RegisterEdit &edit = m_edits[m_at];
        if (end.end == End::Timeout) {
            setStatus(edit, ParameterOutcome::Status::NoReply);
            failBy(end, Words::tr("nothing was saved"));
            return;
        }
        if (end.end == End::Refused) {
            setStatus(edit, ParameterOutcome::Status::Refused);
            m_code = end.code;
        } else {
            m_written = true;
        }
        ++m_at;
        writeNext();
    }

    void verify()
    {
        std::vector<quint8> registers;
        for (const RegisterEdit &edit : m_edits) {
            if (edit.status == ParameterOutcome::Status::NotVerified)
                registers.push_back(edit.reg);
        }
        readAll(
            std::move(registers), [this](quint8 reg, const StepResult &end) { compare(reg, end); },
            [this] { judge(); });
    }

    void compare(quint8 reg, const StepResult &end)
    {
        for (RegisterEdit &edit : m_edits) {
            if (edit.reg != reg || end.end != End::Complete)
                continue;
            const RegisterValue &wanted = edit.value;
            const std::vector<quint8> &raw = memory().raw;
            const std::optional<quint16> word = readWord(reg);
            const bool same = wanted.mask != 0 ? word && (*word & wanted.mask) == wanted.bits
                                               : memory().reg == reg && viewOf(raw).startsWith(wanted.text);
            if (same)
                setStatus(edit, ParameterOutcome::Status::Ok);
        }
    }

    void judge()
    {
        for (const RegisterEdit &edit : m_edits) {
            const QString what =
                edit.ids.isEmpty() ? Words::tr("the setting") : edit.ids.join(QStringLiteral(", "));
            if (edit.status == ParameterOutcome::Status::Refused)
                failBy({End::Refused, m_code, nullptr}, Words::tr("%1 was not written").arg(what));
            else if (edit.status != ParameterOutcome::Status::Ok)
                fail(Words::tr("%1: the BMS confirmed, but tells another value").arg(what));
        }
        succeed();
    }

    void setStatus(RegisterEdit &edit, ParameterOutcome::Status status)
    {
        edit.status = status;
        for (ParameterOutcome &outcome : m_result.parameters) {
            if (edit.ids.contains(outcome.id))
                outcome.status = status;
        }
    }

    /// What was just read, where it was this register.
    [[nodiscard]] std::optional<quint16> readWord(quint8 reg) const
    {
        const auto word = readInteger(memory().raw, 0, Wire::U16BE);
        return memory().reg == reg && word ? std::optional(static_cast<quint16>(*word)) : std::nullopt;
    }

    std::vector<RegisterEdit> m_edits;
    QString m_mistake;
    size_t m_at = 0;
    int m_visited = 0;
    int m_code = 0;
    bool m_written = false;
};

} // namespace

std::unique_ptr<Procedure> switchFet(Context context, Control control, bool on, const BatteryState &now)
{
    return std::make_unique<FetSwitch>(std::move(context), control, on, now);
}

std::unique_ptr<Procedure> switchBalancing(Context context, bool on)
{
    const quint16 bits = on ? balancerBit : 0;
    return std::make_unique<SettingsWriter>(std::move(context),
                                            RegisterEdit{reg::functions, {balancerBit, bits, {}}, {}});
}

std::unique_ptr<Procedure> setStateOfCharge(Context context, double percent, const BatteryState &now)
{
    return std::make_unique<SocSetter>(std::move(context), percent, now);
}

std::unique_ptr<Procedure> readSettings(Context context, const QStringList &ids)
{
    return std::make_unique<SettingsReader>(std::move(context), ids);
}

std::unique_ptr<Procedure> writeSettings(Context context, const std::vector<ParameterValue> &values)
{
    return std::make_unique<SettingsWriter>(std::move(context), values);
}

std::unique_ptr<Procedure> testBalancing(Context context, BalanceTest test)
{
    return std::make_unique<BalanceTester>(std::move(context), test);
}

} // namespace sb::jbd

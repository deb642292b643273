// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/inifile.h"
#include "config/keytable.h"
#include "control/settings.h"

#include <QHash>
#include <QStringList>
#include <QVariant>
#include <functional>
#include <initializer_list>

namespace sb::config {

/// The value of one key, in the form of its type.
struct Value
{
    QString text; ///< as a file would hold it
    double number = 0;
    bool flag = false;
    bool isSet = false; ///< false: empty, where that has a meaning of its own
    std::vector<double> list;
    QStringList words;
};

/// What a configuration file of dbus-serialbattery means. There is always a complete, safe result: what is
/// wrong in the file is told, and the default is taken in its place.
class Configuration
{
public:
    /// Every key at its default.
    Configuration();

    /// Takes over the text of a file; the last word counts.
    void readText(const QByteArray &text);
    /// The same from a file. \return false where it can't be read; messages() say why.
    bool readFile(const QString &path);
    /// Single values from elsewhere, in the form of a file.
    void readValues(const QHash<QString, QString> &values);

    [[nodiscard]] const std::vector<Message> &messages() const { return m_messages; }
    /// Takes those names out of BMS_TYPE that \a isKnown does not know, each with an error.
    void keepTypes(const std::function<bool(const QString &)> &isKnown);

    /// At least one value was wrong, and a safe one is in use.
    [[nodiscard]] bool hasErrors() const;

    /// \a key must be one of keys().
    [[nodiscard]] const Value &value(const char *key) const;
    [[nodiscard]] const Value &value(size_t key) const { return m_values[key]; }
    [[nodiscard]] double number(const char *key) const { return value(key).number; }
    [[nodiscard]] int integer(const char *key) const { return static_cast<int>(value(key).number); }
    [[nodiscard]] bool flag(const char *key) const { return value(key).flag; }
    [[nodiscard]] QString text(const char *key) const { return value(key).text; }
    [[nodiscard]] const std::vector<double> &list(const char *key) const { return value(key).list; }
    [[nodiscard]] const QStringList &words(const char *key) const { return value(key).words; }

    /// Drops entries of BLUETOOTH_BMS that are no "TYPE MAC", or whose type \a isKnown does not know as one
    /// that is read over Bluetooth, with a message.
    void keepBluetooth(const std::function<bool(const QString &)> &isKnown);

private:
    struct Raw
    {
        QString key; ///< as written, for messages
        QString value;
        int line = 0;
    };
    using RawValues = QHash<size_t, Raw>;

    void apply(const std::vector<Entry> &entries);
    void collect(const std::vector<Entry> &entries, RawValues &values, QHash<QString, Raw> &old);
    void convertOld(const QHash<QString, Raw> &old, RawValues &values);
    void convertSocSteps(const QHash<QString, Raw> &old, const QString &prefix, const char *limits,
                         const char *fractions, RawValues &values);
    void replaceReferences(RawValues &values);
    /// \return false where the default of the key must be taken.
    [[nodiscard]] bool set(size_t key, const Raw &raw);
    [[nodiscard]] static QString withoutComment(const QString &text);
    void setDefault(size_t key);
    [[nodiscard]] bool parse(size_t key, QString text, Value &value, const Raw &raw);
    [[nodiscard]] bool parseFlag(const KeyInfo &info, const QString &text, Value &value, const Raw &raw);
    [[nodiscard]] bool parseNumber(const KeyInfo &info, const QString &text, Value &value, const Raw &raw);
    [[nodiscard]] bool parseList(const KeyInfo &info, const QString &text, Value &value, const Raw &raw);
    void checkLists();
    void checkVoltages();
    void checkCurves();
    void checkRest();
    void resetWithPartner(size_t key);
    /// \a others: keys it is about as well; the line is the first of those that stand in the file.
    void error(const char *key, const QString &text, std::initializer_list<const char *> others = {});
    void warn(const char *key, const QString &text);
    void tell(Message::Level level, const char *key, const QString &text,
              std::initializer_list<const char *> others);
    void add(Message::Level level, const Raw &raw, const QString &text);
    void setNumber(const char *key, double number);

    std::vector<Value> m_values;
    std::vector<int> m_lines; ///< where each key was set, 0: nowhere
    std::vector<Message> m_messages;
};

/// What charge control needs of it.
[[nodiscard]] control::Settings controlSettings(const Configuration &configuration);

} // namespace sb::config

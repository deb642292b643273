// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/configfiles.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/options.h"
#include "config/configuration.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>

namespace sb {
namespace {

using config::KeyInfo;
using config::KeyType;

QString tr(const char *text) { return QCoreApplication::translate("ConfigCommand", text); }

QString translated(const char *text) { return QCoreApplication::translate("Configuration", text); }

QString typeText(const KeyInfo &info)
{
    switch (info.type) {
    case KeyType::Word:
    case KeyType::Text:
        return tr("text");
    case KeyType::WordList:
        return tr("list of texts");
    case KeyType::Bool:
    case KeyType::Switch:
        return tr("True or False");
    case KeyType::Integer:
        return tr("whole number");
    case KeyType::Float:
        return tr("number");
    case KeyType::FloatList:
        return tr("list of numbers");
    case KeyType::IntegerList:
        return tr("list of whole numbers");
    case KeyType::HexList:
        return tr("list of addresses, 0x00 to 0xff");
    }
    return {};
}

QString rangeText(const KeyInfo &info)
{
    const bool number = info.type == KeyType::Integer || info.type == KeyType::Float ||
                        info.type == KeyType::FloatList || info.type == KeyType::IntegerList;
    if (!number)
        return {};
    return tr("%1 to %2").arg(info.minimum, 0, 'g', 10).arg(info.maximum, 0, 'g', 10);
}

/// docs/configuration.md.
void printMarkdown()
{
    console::line(tr("# Configuration"));
    console::line({});
    console::line(
        tr("Every option of `config.ini`, made from the table that reads it (`serialbattery config list "
           "--markdown`). A file of dbus-serialbattery is read as it stands, keys of version 1.x included. "
           "Only what differs from a default needs to be in it, below `[DEFAULT]`; a wrong value is "
           "reported with its line and replaced by a safe one."));
    console::line({});
    console::line(tr("    serialbattery config check config.ini               what is wrong or old in it"));
    console::line(tr("    serialbattery config check config.ini --effective   the values in force"));
    QString group;
    for (const KeyInfo &info : config::keys()) {
        if (const QString next = translated(info.group); next != group) {
            group = next;
            console::line({});
            console::line(QStringLiteral("## ") + group);
            console::line({});
            console::line(tr("| key | default | unit | form | meaning |"));
            console::line(QStringLiteral("| --- | --- | --- | --- | --- |"));
        }
        const QString standard = QString::fromUtf8(info.standard);
        const QString range = rangeText(info);
        QString meaning = translated(info.meaning);
        meaning.replace(QLatin1Char('<'), QLatin1String("&lt;"));
        console::line(
            QStringLiteral("| `%1` | %2 | %3 | %4 | %5 |")
                .arg(QLatin1String(info.name),
                     standard.isEmpty() ? tr("empty") : QStringLiteral("`%1`").arg(standard),
                     QString::fromUtf8(info.unit),
                     range.isEmpty() ? typeText(info) : typeText(info) + QStringLiteral(", ") + range,
                     meaning));
    }
    console::line({});
    console::line(tr("## Old keys"));
    console::line({});
    console::line(tr("Taken over when the new key is not in the file, with a warning."));
    console::line({});
    console::line(tr("| old | new |"));
    console::line(QStringLiteral("| --- | --- |"));
    for (const config::RenamedKey &key : config::renamedKeys())
        console::line(
            QStringLiteral("| `%1` | %2 |")
                .arg(QLatin1String(key.old), key.key && key.conversion != config::Conversion::None
                                                 ? QStringLiteral("`%1`").arg(QLatin1String(key.key))
                                                 : tr("none")));
}

void printList()
{
    QString group;
    for (const KeyInfo &info : config::keys()) {
        if (const QString next = translated(info.group); next != group) {
            group = next;
            console::line(group);
        }
        console::line(QStringLiteral("  %1 = %2 %3")
                          .arg(QLatin1String(info.name), QString::fromUtf8(info.standard),
                               QString::fromUtf8(info.unit)));
        console::line(QStringLiteral("      ") + translated(info.meaning));
    }
}

void printMessages(const QString &file, const std::vector<config::Message> &messages)
{
    for (const config::Message &message : messages)
        console::line(messageText(file, message));
}

QJsonArray messagesJson(const QString &file, const std::vector<config::Message> &messages)
{
    QJsonArray array;
    for (const config::Message &message : messages) {
        const bool error = message.level == config::Message::Level::Error;
        array.append(QJsonObject{
            {QStringLiteral("file"), file},
            {QStringLiteral("line"), message.line},
            {QStringLiteral("key"), message.key},
            {QStringLiteral("level"), error ? QStringLiteral("error") : QStringLiteral("warning")},
            {QStringLiteral("text"), message.text}});
    }
    return array;
}

int check(const Options &options, const QString &path, const DriverRegistry &registry)
{
    const QFileInfo file(path);
    if (!file.exists()) {
        console::error(tr("%1: there is no such file").arg(path));
        return WrongUse;
    }
    config::Configuration configuration;
    if (!configuration.readFile(path)) {
        console::error(configuration.messages().back().text);
        return WrongUse;
    }
    configuration.keepTypes([&registry](const QString &type) { return registry.find(type) != nullptr; });
    const QString optionsPath = file.absolutePath() + QStringLiteral("/serialbattery.ini");
    const config::OptionsFile own = config::readOptions(optionsPath);
    const bool failed =
        configuration.hasErrors() ||
        std::any_of(own.messages.begin(), own.messages.end(), [](const config::Message &message) {
            return message.level == config::Message::Level::Error;
        });
    if (options.isSet(QStringLiteral("json"))) {
        QJsonArray messages = messagesJson(path, configuration.messages());
        for (const QJsonValue &message : messagesJson(optionsPath, own.messages))
            messages.append(message);
        QJsonObject values;
        for (size_t i = 0; i < config::keys().size(); ++i)
            values.insert(QLatin1String(config::keys()[i].name), configuration.value(i).text);
        console::json(
            QJsonObject{{QStringLiteral("messages"), messages}, {QStringLiteral("effective"), values}});
        return failed ? WrongUse : Done;
    }
    printMessages(path, configuration.messages());
    printMessages(optionsPath, own.messages);
    if (options.isSet(QStringLiteral("effective"))) {
        console::line(QStringLiteral("[DEFAULT]"));
        for (size_t i = 0; i < config::keys().size(); ++i) {
            QString text = configuration.value(i).text;
            text.replace(QLatin1Char('\n'), QLatin1String("\n    "));
            text.replace(QLatin1Char('%'), QLatin1String("%%"));
            console::line(QLatin1String(config::keys()[i].name) + QStringLiteral(" = ") + text);
        }
    } else if (configuration.messages().empty() && own.messages.empty()) {
        console::line(tr("%1: nothing to complain about").arg(path));
    }
    return failed ? WrongUse : Done;
}

} // namespace

int configCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("config check FILE [--effective] [--json] | config list [--markdown]"),
        tr("check: reads a configuration file of dbus-serialbattery (and serialbattery.ini beside it) and\n"
           "prints every problem with its line and key. list: prints every option."));
    options.flag(QStringLiteral("effective"), tr("Prints the values in force, too."));
    options.flag(QStringLiteral("markdown"), tr("Prints the options as docs/configuration.md."));
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    if (const auto code = options.parse(arguments))
        return *code;
    const QStringList words = options.positional();
    if (words.value(0) == QLatin1String("list") && words.size() == 1) {
        if (options.isSet(QStringLiteral("markdown")))
            printMarkdown();
        else
            printList();
        return Done;
    }
    if (words.value(0) == QLatin1String("check") && words.size() == 2)
        return check(options, words.at(1), environment.drivers);
    console::error(tr("config: use \"config check FILE\" or \"config list\""));
    return WrongUse;
}

} // namespace sb

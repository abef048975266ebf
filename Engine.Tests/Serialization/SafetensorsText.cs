using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Engine.Tests.Serialization;

/// <summary>Changes the metadata of a safetensors file, as somebody with another program would.</summary>
internal static class SafetensorsText
{
    public static string Read(string path, string key) => Parse(File.ReadAllBytes(path)).Header["__metadata__"]![key]!.GetValue<string>();

    public static void Replace(string path, string key, Func<string, string> change)
    {
        (JsonObject header, byte[] data) = Parse(File.ReadAllBytes(path));
        header["__metadata__"]![key] = change(header["__metadata__"]![key]!.GetValue<string>());
        File.WriteAllBytes(path, Make(header, data));
    }

    public static (JsonObject Header, byte[] Data) Parse(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        return (JsonNode.Parse(Encoding.UTF8.GetString(file, 8, length))!.AsObject(), file[(8 + length)..]);
    }

    public static byte[] Make(JsonObject header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        return [.. prefix, .. json, .. data];
    }
}

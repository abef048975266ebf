namespace Engine.Serialization;

/// <summary>What a safetensors header says of one tensor. Offsets count from the start of the data.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, Shape Shape, long Begin, long End)
{
    private static readonly (string Name, SafetensorsType Type, int Size)[] s_types =
    [
        ("BOOL", SafetensorsType.Bool, 1),
        ("U8", SafetensorsType.UInt8, 1),
        ("I8", SafetensorsType.Int8, 1),
        ("U16", SafetensorsType.UInt16, 2),
        ("I16", SafetensorsType.Int16, 2),
        ("U32", SafetensorsType.UInt32, 4),
        ("I32", SafetensorsType.Int32, 4),
        ("U64", SafetensorsType.UInt64, 8),
        ("I64", SafetensorsType.Int64, 8),
        ("F16", SafetensorsType.Float16, 2),
        ("BF16", SafetensorsType.BFloat16, 2),
        ("F32", SafetensorsType.Float32, 4),
        ("F64", SafetensorsType.Float64, 8),
    ];

    /// <summary>The format's names of all types, for messages.</summary>
    public static string TypeNames => string.Join(", ", Array.ConvertAll(s_types, type => type.Name));

    public static bool TryParseType(string name, out SafetensorsType type)
    {
        int i = Array.FindIndex(s_types, known => known.Name == name);
        type = i < 0 ? default : s_types[i].Type;
        return i >= 0;
    }

    public static string NameOf(SafetensorsType type) => s_types[(int)type].Name;

    /// <summary>The bytes of one element.</summary>
    public static int SizeOf(SafetensorsType type) => s_types[(int)type].Size;
}
